// Makes a part of the page look like another, and touches only what differs: photos stay, and so does the focus.

/**
 * @param {Node} from a node of the page
 * @param {Node} to what it shall be like; parts of it may be moved into the page
 */
export function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (!(from instanceof Element) || !(to instanceof Element) || from.nodeName !== to.nodeName) {
    /** @type {ChildNode} */ (from).replaceWith(to);
    return;
  }
  setAttributes(from, to);
  setChildren(from, to);
}

/**
 * @param {Element} from
 * @param {Element} to
 */
function setAttributes(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  if (from instanceof HTMLInputElement && from !== document.activeElement) from.value = to.getAttribute("value") ?? "";
}

/**
 * Give an element the children of another one. Those with a data-key are found again wherever they were.
 * @param {Element} from
 * @param {Element} to
 */
function setChildren(from, to) {
  const keyed = new Map([...from.children].map((child) => [keyOf(child), child]));
  let next = from.firstChild;
  for (const child of [...to.childNodes]) {
    const key = keyOf(child);
    const known = key === null ? null : keyed.get(key);
    if (known) {
      if (known === next) next = next.nextSibling;
      else from.insertBefore(known, next);
      morph(known, child);
    } else if (next && key === null && keyOf(next) === null && next.nodeName === child.nodeName) {
      const present = next;
      next = next.nextSibling;
      morph(present, child);
    } else {
      from.insertBefore(child, next);
    }
  }
  while (next) {
    const last = next;
    next = next.nextSibling;
    last.remove();
  }
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof Element ? node.getAttribute("data-key") : null;
}
