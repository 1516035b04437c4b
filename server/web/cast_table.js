/** The people of the novel: their names, how much they matter, and why the names are one person. */

import { button, el, refill } from "./element.js";
import { formatNumber, t, term } from "./i18n.js";
import { evidenceList } from "./evidence_list.js";
import { SortableTable } from "./sortable_table.js";
/** @import {Character, Novel, Place} from "./novel.js" */
/** @import {Column} from "./sortable_table.js" */

const RANKS = { major: 3, intermediate: 2, minor: 1 };

export class CastTable {
	element = el("div", { class: "cast" });

	/** @param {Novel} novel
	 * @param {{showPlace: (place: Place) => void, showSpeaker: (id: string) => void}} actions */
	constructor(novel, actions) {
		this.novel = novel;
		this.actions = actions;
	}

	render() {
		const { characters } = this.novel.result;
		if (!characters.length) return void refill(this.element, el("p", { class: "empty" }, t("cast.empty")));
		refill(this.element, new SortableTable({ caption: t("result.cast"), columns: this.#columns(), rows: characters, sortedBy: "mentions" }).element);
	}

	/** @returns {Column<Character>[]} */
	#columns() {
		const column = (key, value, cell, rest = {}) => ({ key, label: t(`cast.${key}`), value, cell, ...rest });
		return [
			column("name", (who) => who.canonical_name, (who) => this.#name(who), { isHeader: true }),
			column("aliases", (who) => otherNames(who).length, (who) => this.#aliases(who), { isNumber: true }),
			column("gender", (who) => term("gender", who.gender), (who) => term("gender", who.gender)),
			column("importance", (who) => RANKS[who.importance] ?? 0, (who) => term("importance", who.importance), { isNumber: true }),
			column("mentions", (who) => who.mentions, (who) => formatNumber(who.mentions), { isNumber: true }),
			column("quotes", (who) => who.quotes, (who) => formatNumber(who.quotes), { isNumber: true }),
		];
	}

	#name(who) {
		const swatch = el("span", { class: `swatch ${who.quotes ? this.novel.speakerClass(who.id) : "speaker-none"}`, "aria-hidden": "true" });
		const name = who.quotes
			? button({ class: "link", title: t("cast.show_quotes", { name: who.canonical_name }), onclick: () => this.actions.showSpeaker(who.id) }, who.canonical_name)
			: who.canonical_name;
		return [swatch, name];
	}

	#aliases(who) {
		const names = otherNames(who).join(t("cast.separator"));
		if (!who.evidence?.length) return names || "–";
		return el("details", {},
			el("summary", {}, names || "–"),
			evidenceList(this.novel, who.evidence, this.actions.showPlace));
	}
}

const otherNames = (who) => who.aliases.filter((alias) => alias !== who.canonical_name);
