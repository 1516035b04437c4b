/** Who is tied to whom: a picture, one person's ties, and all of them as a table. */

import { el, refill, select } from "./element.js";
import { evidenceList } from "./evidence_list.js";
import { formatNumber, t, term } from "./i18n.js";
import { LOOSE, RelationsPicture } from "./relations_picture.js";
import { SortableTable } from "./sortable_table.js";
/** @import {Novel, Place} from "./novel.js" */

const ALL = "all";
const TABLE_ROWS = 300; // The strongest; a novel has thousands of pairs that appear together once.

export class RelationsView {
	element = el("div", { class: "relations" });
	#type = ALL;
	/** @type {string | null} */ #person = null;

	/** @param {Novel} novel @param {{showPlace: (place: Place) => void}} actions */
	constructor(novel, actions) {
		this.novel = novel;
		this.actions = actions;
		this.picture = new RelationsPicture(novel, (characterId) => this.#choose(characterId));
		this.observer = new ResizeObserver(() => this.picture.fit());
		this.observer.observe(this.picture.element);
	}

	close() {
		this.observer.disconnect();
	}

	render() {
		const { relations } = this.novel.result;
		if (!relations.length) return void refill(this.element, el("p", { class: "empty" }, t("relations.empty")));
		const types = [...new Set(relations.map((relation) => relation.type))].sort();
		const filter = select({ id: "relation-type", "aria-label": t("relations.type"), onchange: () => this.#filterBy(filter.value) },
			[ALL, ...types].map((type) => [type, type === ALL ? t("relations.all") : term("relation", type)]), this.#type);
		this.details = el("aside", { class: "card person-card", "aria-live": "polite" });
		this.table = el("div", { class: "relation-table" });
		refill(this.element,
			el("div", { class: "panel-tools" }, filter),
			el("div", { class: "spread" }, this.picture.element, this.details),
			this.table);
		this.#draw();
	}

	#filterBy(type) {
		this.#type = type;
		this.#draw();
	}

	#choose(characterId) {
		this.#person = characterId;
		this.#showPerson();
	}

	#draw() {
		const relations = this.novel.result.relations.filter((relation) => this.#type === ALL || relation.type === this.#type);
		this.relations = [...relations].sort((a, b) => b.weight - a.weight);
		this.picture.show(this.relations);
		this.#showPerson();
		this.#showTable();
	}

	#showPerson() {
		this.details.classList.toggle("is-empty", !this.#person);
		if (!this.#person) return void refill(this.details, el("p", { class: "muted" }, t("relations.choose")), el("p", { class: "muted" }, t("relations.keys")));
		const ties = this.relations.filter(({ from, to }) => from === this.#person || to === this.#person);
		refill(this.details,
			el("p", { class: `card-speaker ${this.novel.speakerClass(this.#person)}` }, this.novel.nameOf(this.#person)),
			el("ul", { class: "ties" }, ties.slice(0, 14).map((tie) => el("li", {}, this.#tie(tie)))));
	}

	#tie({ from, to, type, weight, evidence }) {
		const other = this.novel.nameOf(from === this.#person ? to : from);
		const line = [el("span", {}, other), el("span", { class: "muted" }, ` ${this.#typeSeenFrom(from, type)} · ${formatNumber(weight)}`)];
		if (!evidence.length) return line;
		return el("details", {}, el("summary", {}, line), evidenceList(this.novel, evidence, this.actions.showPlace));
	}

	/** A stated tie has a direction, seen here from the chosen person. */
	#typeSeenFrom(from, type) {
		if (LOOSE.has(type)) return term("relation", type);
		return `${from === this.#person ? "→" : "←"} ${term("relation", type)}`;
	}

	#showTable() {
		const column = (key, value, rest = {}) => ({ key, label: t(`relations.${key}`), value, cell: value, ...rest });
		const table = new SortableTable({
			caption: t("result.relations"),
			rows: this.relations.slice(0, TABLE_ROWS),
			sortedBy: "weight",
			columns: [
				column("from", (tie) => this.novel.nameOf(tie.from), { isHeader: true }),
				column("type", (tie) => term("relation", tie.type)),
				column("to", (tie) => this.novel.nameOf(tie.to)),
				column("weight", (tie) => tie.weight, { isNumber: true, cell: (tie) => formatNumber(tie.weight) }),
			],
		});
		const rest = this.relations.length - TABLE_ROWS;
		refill(this.table, el("h2", {}, t("relations.table")), table.element, rest > 0 && el("p", { class: "muted" }, t("relations.rest", { n: formatNumber(rest) })));
	}
}
