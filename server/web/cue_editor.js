/** Source and target cues side by side, with flags, terms and reading speed; words can be changed where that is asked for. */

import { clock } from "./cue_sheet.js";
import { button, el, refill, select } from "./element.js";
import { FilmPlayer } from "./film_player.js";
import { formatNumber, t, term } from "./i18n.js";
/** @import {CueSheet} from "./cue_sheet.js" */

const PAGE = 50; // cues; a film of thousands is shown a page at a time

export class CueEditor {
	element = el("section", { class: "editor" });
	#page = 0;

	/** @param {CueSheet} sheet @param {{isEditable: boolean}} how */
	constructor(sheet, { isEditable }) {
		this.sheet = sheet;
		this.isEditable = isEditable;
		this.language = sheet.languages[0];
		this.onlyFlagged = isEditable;
		this.film = new FilmPlayer(sheet, (at) => this.#mark(at));
	}

	/** What a person has changed, by language and segment. */
	get edits() {
		return this.sheet.edits;
	}

	close() {
		this.film.close();
	}

	render() {
		const choice = select({ id: "editor-language", onchange: () => { this.language = choice.value; this.#page = 0; this.film.show(this.language); this.#showRows(); } },
			this.sheet.languages.map((language) => [language, language]), this.language);
		const filter = el("input", { id: "only-flagged", type: "checkbox", checked: this.onlyFlagged, onchange: () => { this.onlyFlagged = filter.checked; this.#page = 0; this.#showRows(); } });
		this.rows = el("ol", { class: "cues" });
		this.pages = el("nav", { class: "pages", "aria-label": t("editor.pages") });
		this.film.render(this.language);
		refill(this.element,
			this.film.element,
			el("div", { class: "editor-side" },
				el("div", { class: "editor-tools" },
					el("label", {}, t("result.language"), " ", choice),
					el("label", { class: "switch" }, filter, el("span", {}, t("editor.only_flagged"))),
					el("small", {}, t("editor.keys"))),
				this.rows, this.pages));
		this.#showRows();
	}

	#showRows() {
		const places = this.sheet.places(this.language, this.onlyFlagged);
		const last = Math.max(0, Math.ceil(places.length / PAGE) - 1);
		this.#page = Math.min(this.#page, last);
		const shown = places.slice(this.#page * PAGE, (this.#page + 1) * PAGE);
		refill(this.rows, shown.length ? shown.map((at) => this.#row(at)) : el("li", { class: "muted" }, t("editor.no_flags")));
		const turn = (by) => { this.#page += by; this.#showRows(); this.rows.querySelector("textarea, button")?.focus(); };
		refill(this.pages, last > 0 && [
			button({ class: "button", "aria-disabled": this.#page === 0 ? "true" : "false", onclick: () => this.#page > 0 && turn(-1) }, t("editor.previous")),
			el("span", { class: "muted" }, t("editor.page", { n: formatNumber(this.#page + 1), total: formatNumber(last + 1) })),
			button({ class: "button", "aria-disabled": this.#page === last ? "true" : "false", onclick: () => this.#page < last && turn(1) }, t("editor.next")),
		]);
	}

	#row(at) {
		const source = this.sheet.cues[at];
		const target = this.sheet.targets[this.language].cues[at];
		const speed = el("div", { class: "speed" });
		const row = el("li", { id: `cue-${at}`, class: target.status ? "cue is-flagged" : "cue" },
			button({ class: "link cue-time", "aria-label": t("editor.seek", { n: source.id, time: clock(target.start) }), onclick: () => this.film.seek(target.start) },
				`${source.id} · ${clock(target.start)}`),
			el("div", { class: "cue-source" },
				source.speaker && el("small", {}, source.speaker),
				el("p", { class: "words" }, source.source),
				target.terms.length > 0 && el("small", { class: "terms" }, target.terms.map(([word, into]) => `${word} → ${into.join(" / ")}`).join("; "))),
			el("div", { class: "cue-target" },
				this.isEditable && source.is_translated ? this.#area(at, speed) : el("p", { class: "words" }, this.sheet.visible(this.language, at)),
				speed,
				target.reasons.length > 0 && el("ul", { class: "reasons" }, target.reasons.map((reason) =>
					el("li", {}, el("strong", {}, term("reason", reason.kind)), " ", reason.message)))));
		this.#showSpeed(at, speed);
		return row;
	}

	#area(at, speed) {
		const area = el("textarea", {
			rows: "2", spellcheck: "true", lang: this.language, placeholder: this.sheet.cues[at].words,
			"aria-label": t("editor.words_of", { n: this.sheet.cues[at].id, source: this.sheet.cues[at].words }),
			oninput: () => { this.sheet.edit(this.language, at, area.value); this.film.update(this.language, at); this.#showSpeed(at, speed); },
			onkeydown: (event) => this.#leave(event, area),
			onfocus: () => this.film.seek(this.sheet.targets[this.language].cues[at].start),
		});
		area.value = this.sheet.words(this.language, at);
		return area;
	}

	/** Ctrl+Enter goes on to the next cue, Ctrl+Shift+Enter back. */
	#leave(event, area) {
		if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
		event.preventDefault();
		const areas = [...this.rows.querySelectorAll("textarea")];
		areas[areas.indexOf(area) + (event.shiftKey ? -1 : 1)]?.focus();
	}

	#showSpeed(at, place) {
		const { speed, limit, isOver } = this.sheet.reading(this.language, at);
		const said = t(isOver ? "editor.speed_over" : "editor.speed", { speed: formatNumber(Math.round(speed * 10) / 10), limit: formatNumber(limit) });
		place.classList.toggle("is-over", isOver);
		refill(place,
			el("meter", { min: 0, max: limit * 2, high: limit, optimum: 0, value: Math.min(speed, limit * 2), "aria-label": said }),
			el("small", {}, said));
	}

	#mark(at) {
		for (const row of this.rows.querySelectorAll(".is-now")) row.classList.remove("is-now");
		this.rows.querySelector(`#cue-${at}`)?.classList.add("is-now");
	}
}
