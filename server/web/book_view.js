/** The text, a page at a time, its quotations coloured by who speaks them. */

import { BookPage } from "./book_page.js";
import { lowerBound } from "./code_points.js";
import { button, el, refill } from "./element.js";
import { formatNumber, t } from "./i18n.js";
import { hasSpeaker, isUnsure } from "./novel.js";
import { QuoteCard } from "./quote_card.js";
/** @import {Novel, Place, Quote} from "./novel.js" */

/** Choices of the speaker filter that are no character. */
const EVERYONE = "everyone";
const UNKNOWN = "unknown";
const UNSURE = "unsure";

export class BookView {
	element = el("div", { class: "book" });
	#page = 0;
	#filter = EVERYONE;
	/** @type {Quote | null} */ #quote = null;
	/** @type {Place | null} */ #evidence = null;

	/** @param {Novel} novel */
	constructor(novel) {
		this.novel = novel;
		this.page = new BookPage(novel, {
			choose: (quote) => this.#select(quote),
			step: (direction) => this.#step(direction, true),
			leave: () => this.#select(null),
		});
		this.card = new QuoteCard(novel, {
			showPlace: (place) => this.showPlace(place),
			showQuote: (quote) => this.#goTo(quote, true),
			close: () => this.#select(null),
		});
	}

	render() {
		this.chapter = el("select", { id: "chapter", "aria-label": t("book.chapter"), onchange: () => this.#turnTo(Number(this.chapter.value)) },
			this.novel.pages.map((page, index) => el("option", { value: index }, pageTitle(page, this.novel.result.chapters.length < 2))));
		this.filter = el("select", { id: "speaker-filter", "aria-label": t("book.filter"), onchange: () => this.#filterBy(this.filter.value) }, this.#filterChoices());
		this.position = el("span", { class: "muted" });
		refill(this.element,
			el("div", { class: "panel-tools" },
				el("span", { class: "stepper" },
					stepButton("book.previous_page", "‹", () => this.#turnTo(this.#page - 1)), this.chapter,
					stepButton("book.next_page", "›", () => this.#turnTo(this.#page + 1))),
				el("span", { class: "stepper" },
					stepButton("book.previous_quote", "‹", () => this.#step(-1, false)), this.filter,
					stepButton("book.next_quote", "›", () => this.#step(1, false))),
				this.position),
			this.#legend(),
			el("div", { class: "spread" }, this.page.element, this.card.element));
		this.card.show(this.#quote);
		this.#draw();
	}

	/** Open the page of a place and mark the place. @param {Place} place */
	showPlace(place) {
		this.#evidence = place;
		this.#page = this.novel.pageAt(place.start);
		this.#draw();
		this.page.focusEvidence();
	}

	/** Show one speaker's quotations, from the first. */
	showSpeaker(characterId) {
		this.#quote = null;
		this.#filterBy(characterId);
		const first = this.novel.quotes.find((quote) => this.#isShown(quote));
		if (first) this.#goTo(first, true);
	}

	#isShown(quote) {
		if (this.#filter === EVERYONE) return true;
		if (this.#filter === UNKNOWN) return !hasSpeaker(quote);
		if (this.#filter === UNSURE) return isUnsure(quote);
		return quote.speaker_id === this.#filter;
	}

	#draw() {
		this.page.draw(this.novel.pages[this.#page], { isShown: (quote) => this.#isShown(quote), chosen: this.#quote, evidence: this.#evidence });
		this.chapter.value = String(this.#page);
		this.filter.value = this.#filter;
		this.#showPosition();
	}

	#showPosition() {
		const shown = this.novel.quotes.filter((quote) => this.#isShown(quote));
		const place = this.#quote ? shown.indexOf(this.#quote) + 1 : 0;
		const total = formatNumber(shown.length);
		this.position.textContent = place ? t("book.position", { n: formatNumber(place), total }) : t("book.total", { total });
	}

	#turnTo(page) {
		if (page < 0 || page >= this.novel.pages.length) return;
		this.#page = page;
		this.#draw();
		this.page.showTop();
	}

	#filterBy(filter) {
		this.#filter = filter;
		if (this.#quote && !this.#isShown(this.#quote)) this.#select(null);
		for (const chip of this.element.querySelectorAll(".legend button")) chip.setAttribute("aria-pressed", String(chip.dataset.speaker === filter));
		this.#draw();
	}

	#select(quote) {
		this.#quote = quote;
		this.card.show(quote);
		this.page.mark(quote);
		this.#showPosition();
	}

	#goTo(quote, takesFocus) {
		const page = this.novel.pageAt(quote.start);
		if (page !== this.#page) {
			this.#page = page;
			this.#draw();
		}
		this.#select(quote);
		this.page.showChosen(takesFocus);
	}

	#step(direction, takesFocus) {
		const shown = this.novel.quotes.filter((quote) => this.#isShown(quote));
		const from = this.#quote?.start ?? this.novel.pages[this.#page].start;
		const next = lowerBound(shown, from, (quote) => quote.start) + (direction > 0 && this.#quote ? 1 : direction < 0 ? -1 : 0);
		if (shown[next]) this.#goTo(shown[next], takesFocus);
	}

	#filterChoices() {
		const { quotes, speakers } = this.novel;
		const choice = (value, label, n) => el("option", { value }, `${label} (${formatNumber(n)})`);
		return [
			choice(EVERYONE, t("book.everyone"), quotes.length),
			choice(UNSURE, t("book.unsure"), quotes.filter(isUnsure).length),
			choice(UNKNOWN, t("quote.unknown"), quotes.filter((quote) => !hasSpeaker(quote)).length),
			...speakers.map((who) => choice(who.id, who.canonical_name, who.quotes)),
		];
	}

	/** The coloured speakers: what the colours mean, and a way to see one alone. */
	#legend() {
		const coloured = this.novel.speakers.filter((who) => this.novel.slots.has(who.id));
		return el("div", { class: "legend", role: "group", "aria-label": t("book.legend") }, coloured.map((who) => button({
			class: "chip", "data-speaker": who.id, "aria-pressed": String(this.#filter === who.id),
			onclick: () => this.#filterBy(this.#filter === who.id ? EVERYONE : who.id),
		}, el("span", { class: `swatch ${this.novel.speakerClass(who.id)}`, "aria-hidden": "true" }), who.canonical_name)));
	}
}

function stepButton(label, sign, onclick) {
	return button({ class: "step", "aria-label": t(label), title: t(label), onclick }, sign);
}

function pageTitle({ chapter, part, parts }, isWhole) {
	const title = chapter.title || t(isWhole ? "book.whole" : "book.untitled");
	return parts > 1 ? `${title} (${part}/${parts})` : title;
}
