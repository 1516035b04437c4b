/** What a task of topics asks: what columns are for, whether the plan is good, and whether the topics are. */

import { button, el, labelled, refill, select, table } from "./element.js";
import { problemList } from "./failure_panel.js";
import { short } from "./figure.js";
import { formatNumber, formatShare, t } from "./i18n.js";

const USES = ["text", "time", "group", "label", "none"];
const MODELS = ["nmf", "keynmf", "lda", "hdp", "ctm", "dmr", "slda", "pt", "etm", "detm"];

export class TopicsReview {
	element = el("section", { class: "topics-review" });

	/** @param {{subject: string, problems: string[]} & Record<string, any>} review @param {(answer: object) => void} answer */
	constructor(review, answer) {
		this.element.dataset.subject = review.subject;
		this.review = review;
		this.answer = (given) => {
			this.element.inert = true; // Until the next one is shown: an answer is given once.
			answer(given);
		};
		// Made once, so that what was chosen outlives a render.
		this.body = { columns: () => this.#columns(), plan: () => this.#plan(), topics: () => this.#topics() }[review.subject];
		this.parts = this.body();
	}

	render() {
		this.element.inert = false;
		const { subject, problems } = this.review;
		refill(this.element,
			el("h2", {}, t(`topics.ask_${subject}`)),
			problemList(problems),
			this.parts);
	}

	#columns() {
		const uses = this.review.preview.map(({ column, use }) => [column, select({ "aria-label": column }, USES.map((name) => [name, t(`topics.use_${name}`)]), use ?? "none")]);
		const send = () => {
			const of = (use) => uses.filter(([, select]) => select.value === use).map(([column]) => column);
			const one = (use) => of(use)[0] ?? null;
			this.answer({ columns: { text: one("text") ?? "", time: one("time"), label: one("label"), groups: of("group") } });
		};
		return [
			el("div", { class: "targets" }, table(["column", "use", "examples"].map((name) => t(`topics.${name}`)), this.review.preview.map(({ column, reason, filled, of, examples }, place) => [
				[column, " ", el("small", {}, t("topics.filled", { filled: formatNumber(filled), of: formatNumber(of) }))],
				[uses[place][1], reason && el("small", {}, " ", reason)],
				examples.map((example) => el("div", { class: "muted" }, short(example, 80))),
			]))),
			button({ id: "topics-approve", class: "button primary", onclick: send }, t("topics.approve_columns")),
		];
	}

	#plan() {
		const { models, topics, again, seconds, hash } = this.review.plan;
		const boxes = MODELS.map((name) => el("input", { type: "checkbox", value: name, checked: models.includes(name) }));
		const counts = el("input", { id: "topics-counts", value: topics.join(", ") });
		const approve = () => {
			const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
			// The first one is trained for every number of topics, so the order is kept.
			const wanted = [...models.filter((name) => chosen.includes(name)), ...chosen.filter((name) => !models.includes(name))];
			const numbers = counts.value.split(/[\s,，、]+/).filter(Boolean).map(Number);
			const isSame = wanted.join() === models.join() && numbers.join() === topics.join();
			this.answer(isSame ? { decision: "approve", hash } : { changes: { models: wanted, topics: numbers } });
		};
		return el("div", { class: "guideline-form" },
			el("p", {}, t("topics.plan", { seconds: formatNumber(seconds), again: formatNumber(again) })),
			el("fieldset", {}, el("legend", {}, t("topics.models")),
				boxes.map((box) => el("label", {}, box, ` ${box.value.toUpperCase()} `))),
			labelled(t("topics.counts"), counts),
			button({ id: "topics-approve", class: "button primary", onclick: approve }, t("topics.approve_plan")));
	}

	#topics() {
		const { items, measures, history } = this.review;
		const boxes = items.map(({ id, label }) => el("input", { type: "checkbox", value: id, "aria-label": label }));
		const edit = (...edits) => this.answer({ edits });
		const merge = () => {
			const topics = boxes.filter((box) => box.checked).map((box) => Number(box.value));
			if (topics.length > 1) edit({ op: "merge", topics });
		};
		return [
			el("p", {}, Object.entries(measures).map(([name, value]) => `${name} ${formatNumber(value)}`).join(" · ")),
			el("ol", { class: "topics-cards" }, items.map((item, place) => this.#card(item, boxes[place], edit))),
			el("div", { class: "panel-tools" },
				button({ id: "topics-approve", class: "button primary", onclick: () => this.answer({ decision: "approve" }) }, t("topics.approve_topics")),
				button({ id: "topics-merge", class: "button", onclick: merge }, t("topics.merge")),
				history.length > 0 && button({ id: "topics-undo", class: "button", onclick: () => this.answer({ undo: 1 }) }, t("topics.undo", { n: history.length }))),
		];
	}

	#card({ id, label, words, share, npmi, quotes }, box, edit) {
		const name = el("input", { value: label, maxlength: "200", "aria-label": t("col.name") });
		const rename = () => { if (name.value.trim() && name.value !== label) edit({ op: "rename", topic: id, label: name.value.trim() }); };
		return el("li", { class: "card", "data-topic": id },
			el("div", { class: "panel-tools" }, box, name,
				button({ class: "quiet rename", onclick: rename }, t("topics.rename")),
				button({ class: "quiet split", onclick: () => edit({ op: "split", topic: id, into: 2 }) }, t("topics.split")),
				button({ class: "quiet exclude", onclick: () => edit({ op: "exclude", topic: id }) }, t("topics.exclude"))),
			el("p", {}, words.join(" · ")),
			el("p", { class: "muted" }, `${formatShare(share)} · NPMI ${formatNumber(npmi)}`),
			quotesOf(quotes));
	}
}

/** Where a topic shows, in the documents' own words. @param {{quote: string, row: number}[]} quotes */
export function quotesOf(quotes) {
	return el("ul", { class: "topics-quotes" }, quotes.map(({ quote, row }) => el("li", {}, el("q", {}, quote), " ", el("small", {}, t("topics.row", { row })))));
}
