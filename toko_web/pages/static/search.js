// The search page: results follow what is typed, and the address follows the results.
import { morph } from "./morph.js";
import { makeQueue } from "./requests.js";

const READ_ALOUD = 700; // milliseconds without typing after which the number of results is announced
const ADDRESS = 250; // milliseconds without typing after which the address follows: browsers limit how often it may
const FINISHED = 2000; // milliseconds without typing after which a search counts as one that somebody meant
const TROUBLES = {
  offline: "Jaringan terputus. Hasil terakhir tetap tampil, dan dicoba lagi sendiri.",
  busy: "Server sedang sibuk. Hasil terakhir tetap tampil, dan dicoba lagi sendiri.",
  "signed-out": "Anda sudah keluar.",
};

/** @typedef {ReturnType<typeof searchAsYouType>} Live */

/** @param {HTMLFormElement} form the search field's, and that of the filters */
export function searchAsYouType(form) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
  const results = /** @type {HTMLElement} */ (document.getElementById("hasil"));
  const filters = /** @type {HTMLElement} */ (document.getElementById("saring"));
  const count = /** @type {HTMLElement} */ (document.getElementById("jumlah"));
  const queue = makeQueue(show, tell);
  let shown = location.search, counted = shown, opensOnly = false, aloud = 0, finished = 0;
  let address = location.search, written = 0;

  /** The search part of the address for what the form says. */
  function query() {
    const pairs = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
    const text = new URLSearchParams(pairs.filter(([, value]) => value)).toString();
    return text ? `?${text}` : "";
  }

  /** Search for what the form says now. */
  function changed() {
    opensOnly = false;
    const asked = query();
    if (asked !== shown || !queue.isIdle()) go(asked);
    clearTimeout(finished);
    finished = window.setTimeout(countSearch, FINISHED);
  }

  /** @param {string} to the search part of an address */
  function go(to) {
    address = to;
    clearTimeout(written);
    written = window.setTimeout(writeAddress, ADDRESS);
    queue.ask(to);
  }

  function writeAddress() {
    clearTimeout(written);
    if (address !== location.search) history.replaceState(null, "", location.pathname + address);
  }

  /**
   * @param {string} html
   * @param {string} of the search that it answers
   */
  function show(html, of) {
    const parts = document.createElement("template"); // what is in it loads nothing
    parts.innerHTML = html;
    const newResults = parts.content.getElementById("hasil"), newFilters = parts.content.getElementById("saring");
    if (!newResults || !newFilters) return;
    const isOther = searched(of) !== searched(shown);
    shown = of;
    morph(results, newResults);
    morph(filters, newFilters);
    if (isOther && scrollY > 0 && !results.contains(document.activeElement)) scrollTo({ top: 0 });
    clearTimeout(aloud);
    aloud = window.setTimeout(() => { count.textContent = results.dataset.state ?? ""; }, READ_ALOUD);
    if (opensOnly && queue.isIdle()) openOnly();
  }

  /** @param {import("./requests.js").Trouble} trouble */
  function tell(trouble) {
    const message = /** @type {HTMLElement} */ (document.getElementById("gangguan"));
    message.hidden = !trouble;
    if (!trouble) return;
    message.textContent = TROUBLES[trouble];
    if (trouble !== "signed-out") return;
    writeAddress();
    const link = document.createElement("a");
    link.href = `/masuk?ke=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Masuk lagi";
    message.append(" ", link);
  }

  /** Enter: whoever presses it wants the one product that was found, else to see the list. */
  function finish() {
    clearTimeout(finished);
    opensOnly = true;
    const asked = query();
    if (asked === shown && queue.isIdle()) {
      openOnly();
      return;
    }
    go(asked);
    writeAddress();
  }

  function openOnly() {
    opensOnly = false;
    countSearch();
    const goods = results.querySelectorAll(".good");
    if (goods.length === 1) /** @type {HTMLElement} */ (goods[0]).click();
  }

  /** Let the server count what was searched for, once. */
  function countSearch() {
    if (shown === counted || !field.value.trim() || !queue.isIdle()) return;
    counted = shown;
    fetch(`/hasil${shown}&selesai=1`, { keepalive: true }).catch(() => {});
  }

  document.addEventListener("input", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.form === form) changed();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    finish();
  });
  document.addEventListener("click", (event) => {
    const link = /** @type {HTMLElement} */ (event.target).closest?.("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button || link.origin !== location.origin) return;
    writeAddress(); // Back leads to what is shown now
    if (link.classList.contains("good")) countSearch();
    if (link.pathname !== location.pathname || !link.closest("#pencarian")) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    restore();
    if (link.closest(".pager")) scrollTo({ top: 0 });
  });

  /** Show what the address says. */
  function restore() {
    const values = new URLSearchParams(location.search);
    field.value = values.get("q") ?? "";
    clearTimeout(written);
    address = location.search;
    queue.ask(address);
  }

  window.addEventListener("popstate", restore);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted || searched(location.search) !== field.value) restore();
  });
  return { changed, finish, stop: queue.stop };
}

/**
 * What was typed, of the search part of an address.
 * @param {string} address
 */
function searched(address) {
  return new URLSearchParams(address).get("q") ?? "";
}
