/** What is known of one quotation: who says it to whom, how that was found, and how sure it is. */

import { button, el, entry, refill } from "./element.js";
import { excerpt } from "./evidence_list.js";
import { formatShare, t, term } from "./i18n.js";
import { isUnsure } from "./novel.js";
/** @import {Novel, Place, Quote} from "./novel.js" */

export class QuoteCard {
	element = el("aside", { class: "card quote-card" });

	/** @param {Novel} novel
	 * @param {{showPlace: (place: Place) => void, showQuote: (quote: Quote) => void, close: () => void}} actions */
	constructor(novel, actions) {
		this.novel = novel;
		this.actions = actions;
	}

	/** @param {Quote | null} quote */
	show(quote) {
		this.element.setAttribute("aria-label", t("quote.title"));
		this.element.classList.toggle("is-empty", !quote);
		if (quote) refill(this.element, this.#content(quote));
		else refill(this.element, el("p", { class: "muted" }, t("quote.choose")), el("p", { class: "muted" }, t("quote.keys")));
	}

	#content(quote) {
		return [
			button({ class: "quiet close", "aria-label": t("quote.close"), onclick: this.actions.close }, "×"),
			el("p", { class: `card-speaker ${this.novel.quoteClass(quote)}` }, quote.speaker ?? t("quote.unknown")),
			el("p", { class: "card-quote book-text" }, this.novel.text.slice(quote.start, quote.end)),
			el("dl", {},
				entry(t("quote.addressee"), this.novel.nameOf(quote.addressee_id) ?? t("quote.nobody")),
				entry(t("quote.method"), term("method", quote.method.replace("rule:", ""))),
				entry(t("quote.confidence"), this.#confidence(quote))),
			quote.evidence && this.#evidence(quote),
		];
	}

	#confidence(quote) {
		return [
			el("meter", { min: 0, max: 1, value: quote.confidence, "aria-hidden": "true" }),
			` ${formatShare(quote.confidence)}`,
			isUnsure(quote) && el("em", {}, ` ${t("quote.unsure")}`),
		];
	}

	#evidence(quote) {
		return el("div", { class: "card-evidence" },
			el("p", { class: "muted" }, t("quote.evidence")),
			el("p", {}, excerpt(this.novel, quote.evidence)),
			el("p", { class: "actions" },
				button({ class: "button", onclick: () => this.actions.showPlace(quote.evidence) }, t("quote.show_evidence")),
				button({ class: "quiet", onclick: () => this.actions.showQuote(quote) }, t("quote.show_quote"))));
	}
}
