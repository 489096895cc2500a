// What every page does: a barcode scanner works without a click, and / leads to the search field.
import { followKeys } from "./keys.js";
import { followScanner } from "./scanner.js";
import { searchAsYouType } from "./search.js";

document.documentElement.classList.add("scripted");
const form = document.querySelector("form.search");
if (form instanceof HTMLFormElement) {
  const live = document.getElementById("hasil") ? searchAsYouType(form) : null;
  followKeys(form, live);
  followScanner(/** @type {HTMLInputElement} */ (form.elements.namedItem("q")), (code) => {
    live?.stop();
    location.assign(`/pindai?kode=${encodeURIComponent(code)}`);
  });
}
