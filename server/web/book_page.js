/** One page of the book as paragraphs, in which each quotation can be chosen by mouse and keyboard. */

import { el, refill } from "./element.js";
import { formatShare, t } from "./i18n.js";
import { hasSpeaker, isUnsure } from "./novel.js";
import { paragraphRanges, pieces } from "./paragraphs.js";
/** @import {Novel, Page, Place, Quote} from "./novel.js" */

const STEPS = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1 };

export class BookPage {
	element = el("article", { class: "page book-text", onclick: (event) => this.#onClick(event), onkeydown: (event) => this.#onKey(event) });

	/** @param {Novel} novel
	 * @param {{choose: (quote: Quote) => void, step: (direction: 1 | -1) => void, leave: () => void}} actions */
	constructor(novel, actions) {
		this.novel = novel;
		this.actions = actions;
		this.element.lang = novel.result.language;
	}

	/** @param {Page} page
	 * @param {{isShown: (quote: Quote) => boolean, chosen: Quote | null,
	 *   evidence: Place | null}} look */
	draw(page, { isShown, chosen, evidence }) {
		const { text, joinsLines } = this.novel;
		const base = text.unit(page.start);
		const string = text.slice(page.start, page.end);
		const onPage = ({ start, end }) => ({ start: Math.max(0, text.unit(start) - base), end: Math.min(string.length, text.unit(end) - base) });
		this.quotes = new Map(this.novel.quotesIn(page).map((quote) => [quote.id, quote]));
		this.isShown = isShown;
		const quotes = [...this.quotes.values()].map((quote) => ({ ...onPage(quote), quote }));
		const mark = evidence && evidence.start < page.end && evidence.end > page.start ? onPage(evidence) : null;
		this.drawn = new Set();
		refill(this.element, paragraphRanges(string, joinsLines).map((range, index) => {
			const inside = quotes.filter((quote) => quote.start < range.end && quote.end > range.start);
			const tag = index === 0 && isTitle(string.slice(range.start, range.end), page) ? "h2" : "p";
			return el(tag, {}, this.#paragraph(string, pieces(range, inside, mark)));
		}));
		this.mark(chosen);
	}

	/** Mark a quotation as the chosen one. @param {Quote | null} quote */
	mark(quote) {
		for (const element of this.element.querySelectorAll(".is-chosen")) {
			element.classList.remove("is-chosen");
			element.removeAttribute("aria-current");
		}
		for (const element of this.#elementsOf(quote)) {
			element.classList.add("is-chosen");
			element.setAttribute("aria-current", "true");
		}
		this.#letTabReach(this.#elementsOf(quote)[0] ?? this.element.querySelector(".quote[role]:not(.is-dim)"));
	}

	showChosen(takesFocus) {
		const chosen = this.element.querySelector(".is-chosen");
		chosen?.scrollIntoView({ block: "center" });
		if (takesFocus) chosen?.focus({ preventScroll: true });
	}

	focusEvidence() {
		const mark = this.element.querySelector("mark");
		mark?.scrollIntoView({ block: "center" });
		mark?.focus({ preventScroll: true });
	}

	showTop() {
		this.element.scrollIntoView({ block: "start" });
	}

	#paragraph(string, parts) {
		const content = [];
		let open = null; // The quotation that the latest element belongs to.
		for (const { start, end, quote, isEvidence } of parts) {
			const words = string.slice(start, end);
			const node = isEvidence ? el("mark", { tabindex: "-1" }, words) : words;
			if (quote && quote === open) content.at(-1).append(node);
			else content.push(quote ? this.#quoteElement(quote, node) : node);
			open = quote;
		}
		return content;
	}

	#quoteElement(quote, content) {
		const classes = ["quote", this.novel.quoteClass(quote), isUnsure(quote) && "is-unsure", !this.isShown(quote) && "is-dim"];
		const attributes = { class: classes.filter(Boolean).join(" "), "data-quote": quote.id };
		if (this.drawn.has(quote.id)) return el("span", attributes, content); // Its next paragraph: one control is enough.
		this.drawn.add(quote.id);
		const description = hasSpeaker(quote)
			? t("quote.description", { speaker: quote.speaker, confidence: formatShare(quote.confidence) })
			: t("quote.unknown");
		return el("span", { ...attributes, role: "button", tabindex: "-1", "aria-description": description }, content);
	}

	#elementsOf(quote) {
		return quote ? [...this.element.querySelectorAll(`[data-quote="${CSS.escape(quote.id)}"]`)] : [];
	}

	/** One quotation is in the tab order, so that Tab passes the page in one step; arrow keys move between them. */
	#letTabReach(element) {
		for (const former of this.element.querySelectorAll('.quote[tabindex="0"]')) former.tabIndex = -1;
		if (element) element.tabIndex = 0;
	}

	#onClick(event) {
		const element = event.target.closest("[data-quote]");
		if (element) this.actions.choose(this.quotes.get(element.dataset.quote));
	}

	#onKey(event) {
		const element = event.target.closest("[data-quote]");
		if (!element || event.ctrlKey || event.metaKey || event.altKey) return;
		const quote = this.quotes.get(element.dataset.quote);
		if (event.key === "Enter" || event.key === " ") this.actions.choose(quote);
		else if (event.key === "Escape") this.actions.leave();
		else if (event.key in STEPS) this.#step(quote, STEPS[event.key], element);
		else return;
		event.preventDefault();
	}

	/** The first arrow key on a quotation that is only focused starts from it. */
	#step(quote, direction, element) {
		if (!element.classList.contains("is-chosen")) this.actions.choose(quote);
		this.actions.step(direction);
	}
}

const isTitle = (paragraph, { chapter, part }) => part === 1 && fold(paragraph) === fold(chapter.title);
const fold = (text) => text.replace(/\s+/g, " ").trim();
