// The few things that a page can't do without a script: seeking in a recording, following it, keeping the focus.
"use strict";

(() => {
  const player = () => document.querySelector("[data-player]");

  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-start]");
    if (!line || !player() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player().currentTime = Number(line.dataset.start);
    player().play().catch(() => {});
  });

  const follow = () => {
    const now = player().currentTime;
    for (const line of document.querySelectorAll("[data-transcript] [data-start]")) {
      const isCurrent = now >= Number(line.dataset.start) && now < Number(line.dataset.end);
      if (isCurrent === line.hasAttribute("aria-current")) continue;
      line.toggleAttribute("aria-current", isCurrent);
      if (isCurrent) line.setAttribute("aria-current", "true");
      if (isCurrent && !player().paused) show(line);
    }
  };

  const show = (line) => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    line.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  };

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-save]")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  document.addEventListener("htmx:afterSettle", () => {
    const next = document.querySelector("[data-focus]");
    if (!next) return;
    next.removeAttribute("data-focus");
    next.focus();
  });

  // A live part that got no proper answer says so, once; what was typed stays where it is.
  const tellFailure = ({ detail: { elt } }) => {
    if (elt.querySelector("[data-failure]")) return;
    const note = document.createElement("p");
    note.className = "note note-error";
    note.dataset.failure = "";
    note.setAttribute("role", "alert");
    note.textContent = "The desk did not answer as it should. Try again in a moment, or reload the page.";
    elt.prepend(note);
  };
  for (const name of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(name, tellFailure);

  if (player()) player().addEventListener("timeupdate", follow);
})();
