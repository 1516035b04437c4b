/** A table whose rows stay while they do not change; on phones each row is a card with labelled values. */

import { el } from "./element.js";
import { t } from "./i18n.js";
import { fill } from "./keyed_list.js";
/** @import {Child} from "./element.js" */

export class ListTable {
	#columns;
	#body = el("tbody");

	/** @param {string} label What it lists. @param {string[]} columns Names, `col.<name>`; "" has no heading. */
	constructor(label, columns) {
		this.#columns = columns.map((name) => name && t(`col.${name}`));
		this.empty = el("p", { class: "empty", hidden: true });
		this.element = el("div", { class: "list-table", hidden: true },
			el("table", { "aria-label": label },
				el("thead", {}, el("tr", {}, this.#columns.map((heading) => (heading ? el("th", { scope: "col" }, heading) : el("td"))))), this.#body),
			this.empty);
	}

	/** @template T @param {T[]} items @param {(item: T) => string} keyOf
	 * @param {(item: T) => (Child | Child[])[]} cells @param {string} whenEmpty What to do where there is nothing. */
	show(items, keyOf, cells, whenEmpty) {
		fill(this.#body, items, keyOf, (item) => el("tr", {}, cells(item).map((cell, at) =>
			el(at ? "td" : "th", { scope: at ? null : "row", "data-label": this.#columns[at] || null, class: this.#columns[at] ? null : "act" }, cell))));
		this.element.hidden = false;
		this.element.firstChild.hidden = !items.length;
		this.empty.hidden = items.length > 0;
		this.empty.textContent = whenEmpty;
	}
}
