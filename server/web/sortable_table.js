/**
 * A table whose column headers sort it.
 *
 * @template Row
 * @typedef {{key: string, label: string, value: (row: Row) => string | number,
 *   cell: (row: Row) => Child | Child[],
 *   isNumber?: boolean, isHeader?: boolean}} Column Numbers sort from the greatest first.
 */

import { button, el, refill } from "./element.js";
import { language } from "./i18n.js";
/** @import {Child} from "./element.js" */

/** @template Row */
export class SortableTable {
	/** @param {{caption: string, columns: Column<Row>[], rows: Row[], sortedBy: string}} content */
	constructor({ caption, columns, rows, sortedBy }) {
		this.columns = columns;
		this.rows = rows;
		this.headers = new Map(columns.map((column) => [column.key, el("th", { role: "columnheader", scope: "col", class: `col-${column.key}` },
			button({ class: "sort", onclick: () => this.#sortBy(column) }, column.label))]));
		this.body = el("tbody", { role: "rowgroup" });
		// The roles repeat what the elements mean, because the narrow layout takes the table display from them.
		this.element = el("table", { role: "table" },
			el("caption", { class: "unseen" }, caption),
			el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, [...this.headers.values()])),
			this.body);
		this.#sortBy(columns.find((column) => column.key === sortedBy));
	}

	#sortBy(column) {
		const isDescending = this.sorted === column ? !this.isDescending : Boolean(column.isNumber);
		this.sorted = column;
		this.isDescending = isDescending;
		const order = new Intl.Collator(language(), { numeric: true });
		const compare = column.isNumber ? (a, b) => column.value(a) - column.value(b) : (a, b) => order.compare(column.value(a), column.value(b));
		this.rows = [...this.rows].sort((a, b) => (isDescending ? -compare(a, b) : compare(a, b)));
		for (const [key, header] of this.headers) {
			header.setAttribute("aria-sort", key !== column.key ? "none" : isDescending ? "descending" : "ascending");
		}
		refill(this.body, this.rows.map((row) => el("tr", { role: "row" }, this.columns.map((column) => this.#cell(column, row)))));
	}

	#cell(column, row) {
		const content = [column.cell(row)].flat();
		const attributes = { class: `col-${column.key}`, "data-label": column.label };
		return column.isHeader ? el("th", { ...attributes, role: "rowheader", scope: "row" }, content) : el("td", { ...attributes, role: "cell" }, content);
	}
}
