/** A finished run: its numbers, and the cast, the text and the relations as tabs. */

import { BookView } from "./book_view.js";
import { CastTable } from "./cast_table.js";
import { button, el, entry, refill } from "./element.js";
import { formatNumber, formatShare, t, term } from "./i18n.js";
import { hasSpeaker } from "./novel.js";
import { RelationsView } from "./relations_view.js";
/** @import {Novel} from "./novel.js" */

export const TABS = ["cast", "text", "relations"];

export class ResultView {
	element = el("section", { class: "result" });

	/** @param {Novel} novel
	 * @param {{runId: string, tab: string, address: string}} place address: the run's part of the URL */
	constructor(novel, { runId, tab, address }) {
		this.novel = novel;
		this.runId = runId;
		this.tab = tab;
		this.address = address;
		const showPlace = (place) => { this.#open("text"); this.panels.text.showPlace(place); };
		const showSpeaker = (characterId) => { this.#open("text"); this.panels.text.showSpeaker(characterId); };
		this.panels = {
			cast: new CastTable(novel, { showPlace, showSpeaker }),
			text: new BookView(novel),
			relations: new RelationsView(novel, { showPlace }),
		};
	}

	close() {
		this.panels.relations.close();
	}

	render() {
		this.tabs = TABS.map((name) => button({
			role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`,
			onclick: () => this.#open(name), onkeydown: (event) => this.#moveFocus(event),
		}, t(`result.${name}`)));
		this.frames = TABS.map((name) => el("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}` }, this.panels[name].element));
		refill(this.element,
			this.#numbers(),
			el("div", { class: "tab-row" }, el("div", { role: "tablist", "aria-label": t("result.title") }, this.tabs),
				button({ id: "download", class: "button", onclick: () => this.#download() }, t("result.download"))),
			this.frames);
		for (const panel of Object.values(this.panels)) panel.render();
		this.selectTab(this.tab);
	}

	selectTab(tab) {
		this.tab = tab;
		TABS.forEach((name, index) => {
			const isSelected = name === tab;
			this.tabs[index].setAttribute("aria-selected", String(isSelected));
			this.tabs[index].tabIndex = isSelected ? 0 : -1;
			this.frames[index].hidden = !isSelected;
		});
	}

	#open(tab) {
		this.selectTab(tab);
		const address = `${this.address}/${tab}`;
		if (location.hash !== address) history.pushState(null, "", address);
	}

	#moveFocus(event) {
		const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
		if (!step) return;
		event.preventDefault();
		const next = (TABS.indexOf(this.tab) + step + TABS.length) % TABS.length;
		this.#open(TABS[next]);
		this.tabs[next].focus();
	}

	#numbers() {
		const { result, quotes } = this.novel;
		const attributed = quotes.filter(hasSpeaker).length;
		const numbers = [
			["characters", formatNumber(result.characters.length)],
			["quotes", formatNumber(quotes.length)],
			["attributed", quotes.length ? formatShare(attributed / quotes.length) : "–"],
			["chapters", formatNumber(result.chapters.length)],
			["length", formatNumber(this.novel.text.length)],
			["language", term("language", result.language)],
		];
		return el("dl", { class: "numbers" }, numbers.map(([name, value]) => entry(t(`result.${name}`), value)));
	}

	#download() {
		const address = URL.createObjectURL(new Blob([JSON.stringify(this.novel.result, null, 2)], { type: "application/json" }));
		el("a", { href: address, download: `${this.runId}.json` }).click();
		URL.revokeObjectURL(address);
	}
}
