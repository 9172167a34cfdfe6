// Small comforts; every page works without this file.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const start = (scope) => {
    const trouble = scope.querySelector("[data-focus]");
    if (trouble) trouble.focus();
    for (const input of scope.querySelectorAll(".ow-upload input")) {
      input.addEventListener("change", () => {
        const shown = document.getElementById(input.id + "-chosen");
        shown.textContent = [...input.files].map((file) => file.name).join(", ") || shown.dataset.none;
      });
    }
  };

  // A form that acts is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    if (button.dataset.copy && navigator.clipboard) {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.done;
    }
  });

  // A code that was scanned comes behind the #: no server sees it there, and the address does not keep it.
  const code = document.querySelector("input[name=code]");
  const scanned = location.hash.slice(1);
  if (code && /^[0-9A-Za-z-]{16,24}$/.test(scanned)) {
    code.value = scanned;
    history.replaceState(null, "", location.pathname);
  }

  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
  start(document);
})();
