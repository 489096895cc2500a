// Keys: / leads to the search field, arrows move through the results, Enter opens one, Escape clears.

/** @typedef {import("./search.js").Live} Live */

/**
 * @param {HTMLFormElement} form the search field's
 * @param {Live | null} live the search as you type, on the page that has it
 */
export function followKeys(form, live) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyping = target !== field && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (isTyping) return;
    if (event.key === "/" && target !== field) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "Escape" && !document.querySelector(":popover-open")) {
      if (target === field && field.value && live) {
        event.preventDefault();
        field.value = "";
        live.changed();
      } else if (target.closest(".good")) {
        field.focus();
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (move(field, target, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    } else if (event.key === "Enter" && target === field && live) {
      event.preventDefault();
      live.finish();
    } else if (target.closest(".good") && (event.key.length === 1 && event.key !== " " || event.key === "Backspace")) {
      field.focus(); // whoever goes on typing means the search field, which receives this key too
    }
  });
}

/**
 * Move the focus from the field into the results, along them, and back. Returns whether there was somewhere to go.
 * @param {HTMLInputElement} field
 * @param {HTMLElement} from
 * @param {1 | -1} step
 */
function move(field, from, step) {
  const goods = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".good"))];
  const here = from.closest(".good");
  if (from !== field && !here && from !== document.body && from.id !== "isi") return false;
  const next = here ? goods.indexOf(/** @type {HTMLElement} */ (here)) + step : step > 0 ? 0 : -1;
  if (next < 0 && !here) return false;
  if (next >= goods.length) return true;
  const to = next < 0 ? field : goods[next];
  to?.focus();
  return true;
}
