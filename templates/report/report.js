// Sorts a table by the column whose heading is pressed, lets the keyboard scroll what is wider than
// the page, and opens the contents where there is room for them. Without it the page reads the same.
"use strict";
(() => {
  const MISSING = ["", "–"];
  const MONTHS = "January February March April May June July August September October November December".split(" ");
  const UNITS = { K: 1e3, M: 1e6, B: 1e9 };

  const textOf = (cell) => cell.textContent.trim();

  function dayOf(text) {
    const found = /^(\d{1,2}) ([A-Z][a-z]+) (\d{4})$/.exec(text);
    return found ? Date.UTC(found[3], MONTHS.indexOf(found[2]), found[1]) : NaN;
  }

  // "−$1,243", "12.3K", "over 99%", "32–38": the first number of the text
  function numberOf(text) {
    const found = /^([^\d]*)(\d[\d,]*(?:\.\d+)?)\s?([KMB]\b)?/.exec(text);
    if (!found) return NaN;
    const size = Number(found[2].replaceAll(",", "")) * (UNITS[found[3]] ?? 1);
    const nudge = /over/.test(found[1]) ? 1e-6 : /under/.test(found[1]) ? -1e-6 : 0;
    return (/[−-]/.test(found[1]) ? -size : size) + nudge;
  }

  function reader(texts, right) {
    const told = texts.filter((text) => !MISSING.includes(text));
    if (told.every((text) => !Number.isNaN(dayOf(text)))) return dayOf;
    const plain = (text) => /^[^\da-z]*\d[\d,.]*\D{0,3}$/i.test(text);
    return right || told.every(plain) ? numberOf : null;
  }

  function compare(a, b, read) {
    if (!read) return a.localeCompare(b, undefined, { numeric: true });
    const [x, y] = [read(a), read(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? Number.isNaN(x) - Number.isNaN(y) : x - y;
  }

  // Ascending, then descending, then as the report has it; what is missing always stands last.
  function sort(table, heading, column, original) {
    const next = { none: "ascending", ascending: "descending", descending: "none" };
    const way = next[heading.getAttribute("aria-sort") ?? "none"];
    table.querySelectorAll("th[aria-sort]").forEach((th) => th.setAttribute("aria-sort", "none"));
    heading.setAttribute("aria-sort", way);
    const rows = original.map((row) => [row, textOf(row.cells[column])]);
    const right = heading.classList.contains("gt_right");
    const read = reader(rows.map(([, text]) => text), right);
    const absent = (text) => MISSING.includes(text);
    if (way !== "none") {
      rows.sort(([, a], [, b]) => absent(a) - absent(b) ||
        (way === "ascending" ? compare(a, b, read) : compare(b, a, read)));
    }
    table.tBodies[0].append(...rows.map(([row]) => row));
  }

  function columnOf(heading, row) {
    if (!heading.id) return heading.cellIndex;
    const named = [...row.cells].findIndex((cell) => cell.headers.split(" ").includes(heading.id));
    return named >= 0 ? named : heading.cellIndex;
  }

  function makeSortable(table) {
    const rows = [...(table.tBodies[0]?.rows ?? [])];
    const width = rows[0]?.cells.length;
    if (rows.length < 3 || rows.some((row) => row.cells.length !== width)) return;
    for (const heading of table.tHead?.querySelectorAll("th:not([scope=colgroup])") ?? []) {
      if (!textOf(heading) || heading.colSpan > 1) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      heading.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => sort(table, heading, columnOf(heading, rows[0]), rows));
    }
  }

  const boxes = document.querySelectorAll(
    ".scroll, .jp-RenderedHTML, .jp-RenderedText, .jp-RenderedImage, .jp-RenderedMarkdown table, .highlight",
  );

  function markScrolling() {
    for (const box of boxes) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "visible";
      box.toggleAttribute("data-scrolls", scrolls);
      if (!scrolls) {
        box.removeAttribute("tabindex");
        continue;
      }
      box.tabIndex = 0;
      if (box.matches("table")) continue;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", box.dataset.label ?? "Scrolls sideways");
    }
  }

  document.querySelectorAll("main table").forEach(makeSortable);
  const contents = document.querySelector("nav.contents > details");
  if (contents) contents.open = matchMedia("(min-width: 76rem)").matches;
  markScrolling();
  addEventListener("resize", markScrolling);
  document.addEventListener("toggle", markScrolling, true);
})();
