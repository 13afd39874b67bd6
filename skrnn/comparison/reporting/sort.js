"use strict";
// Sorts a table by the column whose heading is pressed; cells without a value stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = Array.from(table.tHead.rows[0].cells);

  function compare(first, second, column, direction) {
    const [a, b] = [first, second].map((row) => row.cells[column]?.dataset.value);
    if (a === undefined || b === undefined) {
      return (a === undefined) - (b === undefined);
    }
    return direction * (column === 0 ? a.localeCompare(b) : a - b);
  }

  headings.forEach((heading, column) => {
    heading.querySelector("button").addEventListener("click", () => {
      const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const rows = Array.from(body.rows);
      rows.sort((first, second) => compare(first, second, column, direction));
      body.append(...rows);
    });
  });
}
