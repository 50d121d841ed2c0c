// Shows the weeks that hold every word typed, by client, week, report, status and what is said.
"use strict";
(() => {
  const box = document.querySelector(".search");
  const field = box.querySelector("input");
  const told = box.querySelector("[role=status]");
  const rows = [...document.querySelectorAll(".weeks tbody tr")];
  const texts = rows.map((row) => `${row.dataset.client} ${row.textContent}`.toLowerCase());
  const folded = [...document.querySelectorAll(".client > details")];

  function show() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every((word) => texts[place].includes(word));
      shown += !row.hidden;
    });
    for (const part of document.querySelectorAll(".client, .client > details")) {
      part.hidden = ![...part.querySelectorAll("tbody tr")].some((row) => !row.hidden);
    }
    for (const part of folded) part.open = words.length > 0;
    const of = `${rows.length} ${rows.length === 1 ? "week" : "weeks"}`;
    told.textContent = words.length ? `${shown} of ${of} shown` : `${of} in all`;
  }

  box.hidden = false;
  field.addEventListener("input", show);
  show();
})();
