/** A book that is cast: its text by chapters, a player that shows the line being spoken, the cast and its voices. */

import { askBooks, fileAddress, readBlob } from "./api.js";
import { AudiobookCast, NARRATOR, choice, field } from "./audiobook_cast.js";
import { button, el, refill } from "./element.js";
import { formatNumber, t, term } from "./i18n.js";
import { isUnsure } from "./novel.js";
import { RelationsView } from "./relations_view.js";
import { save } from "./download.js";
/** @import {Novel} from "./novel.js" */

const TONES = ["neutral", "asking", "whispering", "shouting", "cheerful", "sad", "angry", "afraid"];
const STEPS = { ArrowRight: 1, ArrowDown: 1, j: 1, ArrowLeft: -1, ArrowUp: -1, k: -1 };

export class AudiobookView {
	element = el("section", { class: "result" });
	#chapter = 0;
	#line = null;
	#address = "";

	/** @param {string} bookId @param {Novel} novel @param {Record<string, any>} values The thread's.
	 * @param {(work: () => Promise<any>) => void} change Has it done when what was wanted before has been @param {{chapter: number, line: string | null, opened: Set<string>}} [place] */
	constructor(bookId, novel, values, change, place) {
		Object.assign(this, { bookId, novel, values, change });
		this.quotes = new Map(novel.quotes.map((quote) => [quote.id, quote]));
		this.#chapter = place?.chapter ?? values.lines[0].chapter;
		this.#line = values.lines.find(({ id }) => id === place?.line) ?? null;
		this.sound = el("audio", { controls: true, hidden: true, "aria-label": t("books.player"), ontimeupdate: () => this.#showSpoken() });
		this.relations = new RelationsView(novel, { showPlace: ({ start }) => this.#choose(values.lines.findLast((line) => line.start <= start)) });
		this.cast = new AudiobookCast(bookId, novel, values, change, place?.opened);
	}

	get place() {
		return { chapter: this.#chapter, line: this.#line?.id ?? null, opened: this.cast.opened };
	}

	close() {
		this.relations.close();
		URL.revokeObjectURL(this.#address);
	}

	render() {
		const { chapters } = this.novel.result;
		this.chapters = el("select", { id: "chapter", "aria-label": t("book.chapter"), onchange: () => this.#turnTo(Number(this.chapters.value)) },
			chapters.map(({ index, title }) => el("option", { value: index }, title || t("books.beginning"))));
		this.text = el("article", { class: "page book-text said-text", lang: this.novel.result.language, onclick: (event) => this.#onClick(event), onkeydown: (event) => this.#onKey(event) });
		this.card = el("aside", { class: "card", "aria-label": t("books.line"), "aria-live": "polite" });
		this.relations.render();
		const unsure = this.novel.quotes.filter(isUnsure).length;
		refill(this.element,
			el("div", { class: "panel-tools" }, this.chapters,
				unsure > 0 && button({ id: "next-unsure", class: "button", onclick: () => this.#nextUnsure() }, t("books.next_unsure", { n: formatNumber(unsure) })),
				this.sound, this.#files()),
			el("div", { class: "spread" }, this.text, this.card),
			el("h2", {}, t("books.cast")), this.#history(), this.cast.doubts(), this.cast.element,
			el("h2", {}, t("result.relations")), this.relations.element);
		this.cast.render();
		this.#turnTo(this.#chapter);
	}

	#files() {
		const { audio } = this.values;
		if (!audio) return null;
		const mp3 = audio.chapters.filter(({ file }) => file).map(({ file }, at) => [`mp3 ${at + 1}`, file]);
		const files = Object.entries({ m4b: audio.m4b, zip: audio.zip, ...audio.captions, json: audio.script, ssml: audio.ssml });
		const shown = ([kind, { file_id: id, name }]) => button({ class: "button", onclick: () => save(id, name) }, kind.toUpperCase());
		return el("details", { class: "book-files", open: true }, el("summary", {}, t("app.files")), [...files, ...mp3].map(shown));
	}

	/** What was changed can be taken back, the last first, and made again. */
	#history() {
		const { history } = this.values;
		const made = history.filter(({ undone }) => !undone);
		const step = (way) => () => this.change(() => askBooks(`/${this.bookId}/edits/${way}`, "POST", {}));
		if (!history.length) return null;
		return el("p", { class: "actions" }, el("span", { class: "muted" }, t("books.edits", { n: formatNumber(made.length) })),
			made.length > 0 && button({ id: "book-undo", class: "button", onclick: step("undo") }, t("talk.undo")),
			history.at(-1).undone && button({ id: "book-redo", class: "button", onclick: step("redo") }, t("books.redo")));
	}

	#turnTo(chapter) {
		const isNew = chapter !== this.#chapter || !this.sound.src;
		this.#chapter = chapter;
		this.chapters.value = String(chapter);
		this.lines = this.values.lines.filter((line) => line.chapter === chapter);
		this.spans = new Map(this.lines.map((line) => [line.id, this.#span(line)]));
		refill(this.text, this.lines.flatMap(({ id, start, end }) => [this.spans.get(id), this.novel.text.slice(start, end).match(/\s*$/)[0]]));
		this.#mark();
		if (isNew) this.#load();
	}

	#span(line) {
		const quote = this.quotes.get(line.quote_id);
		const classes = ["said", quote && `quote ${this.novel.quoteClass(quote)}`, quote && isUnsure(quote) && "is-unsure"];
		const description = quote && (quote.speaker ?? t("quote.unknown"));
		return el("span", { class: classes.filter(Boolean).join(" "), "data-line": line.id, role: "button", tabindex: "-1", "aria-description": description },
			this.novel.text.slice(line.start, line.end).trimEnd());
	}

	/** The chapter's own sound: a small file, whose times begin where the chapter does. */
	async #load() {
		const heard = this.values.audio?.chapters.find(({ index }) => index === this.#chapter);
		URL.revokeObjectURL(this.#address);
		this.#address = "";
		this.sound.hidden = !heard?.file;
		this.sound.removeAttribute("src");
		if (!heard?.file) return;
		this.begin = heard.start_ms;
		const blob = await readBlob(fileAddress(heard.file.file_id));
		this.#address = URL.createObjectURL(new Blob([blob], { type: "audio/mpeg" }));
		this.sound.src = this.#address;
	}

	#showSpoken() {
		const now = this.begin + this.sound.currentTime * 1000;
		const line = this.lines.findLast(({ start_ms: start }) => start <= now);
		if (line?.id === this.spoken) return;
		this.spans.get(this.spoken)?.classList.remove("is-spoken");
		this.spoken = line?.id;
		const span = this.spans.get(this.spoken);
		span?.classList.add("is-spoken");
		span?.scrollIntoView({ block: "nearest" });
	}

	#choose(line) {
		if (!line) return;
		this.#line = line;
		if (line.chapter !== this.#chapter) this.#turnTo(line.chapter);
		else this.#mark();
		this.spans.get(line.id).scrollIntoView({ block: "center" });
		this.spans.get(line.id).focus({ preventScroll: true });
	}

	#mark() {
		for (const [id, span] of this.spans) {
			const isChosen = id === this.#line?.id;
			span.classList.toggle("is-chosen", isChosen);
			if (isChosen) span.setAttribute("aria-current", "true");
			else span.removeAttribute("aria-current");
			span.tabIndex = isChosen ? 0 : -1;
		}
		if (!this.spans.has(this.#line?.id)) this.spans.get(this.lines[0]?.id)?.setAttribute("tabindex", "0");
		this.card.classList.toggle("is-empty", !this.#line);
		refill(this.card, this.#line ? this.#cardOf(this.#line) : el("p", { class: "muted" }, t("books.choose")));
	}

	#cardOf(line) {
		const quote = this.quotes.get(line.quote_id);
		const put = (change) => this.change(() => askBooks(`/${this.bookId}/script`, "PUT", { lines: [{ id: line.id, ...change }] }));
		const speaker = line.speaker_id ?? NARRATOR;
		const people = [{ id: NARRATOR, canonical_name: t("books.narrator") }, ...this.novel.result.characters];
		return [
			el("p", { class: `card-speaker ${quote ? this.novel.quoteClass(quote) : "speaker-none"}` }, this.cast.nameOf(speaker)),
			quote && isUnsure(quote) && el("p", {}, el("em", {}, t("quote.unsure"))),
			quote && choice("books.speaker", people.map((who) => [who.id, who.canonical_name]), speaker, (id) => put({ characterId: id }), "line-speaker"),
			choice("books.tone", TONES.map((tone) => [tone, term("tone", tone)]), line.tone, (tone) => put({ tone }), "line-tone"),
			this.#number(t("books.strength"), line.strength, 100, 5, (strength) => put({ strength })),
			this.#number(t("books.pause"), line.pause_ms / 1000, 60, 0.05, (pauseAfter) => put({ pauseAfter })),
			el("p", { class: "muted" }, term("directed", line.directed_by)),
			el("p", { class: "actions" },
				"start_ms" in line && !this.sound.hidden && button({ class: "button", onclick: () => this.#play(line) }, t("books.play")),
				this.values.sounds?.[line.id]?.[0] && button({ class: "button", onclick: () => this.change(() => askBooks(`/${this.bookId}/audio/generate`, "POST", { scriptSentenceIds: [line.id] })) }, t("books.again"))),
		];
	}

	#number(label, value, max, step, choose) {
		const input = el("input", { type: "number", min: "0", max, step, value, onchange: () => input.checkValidity() && choose(input.valueAsNumber) });
		return field(label, input);
	}

	#play(line) {
		this.sound.currentTime = (line.start_ms - this.begin) / 1000;
		this.sound.play();
	}

	#nextUnsure() {
		const from = this.#line?.start ?? -1;
		const unsure = this.values.lines.filter(({ quote_id: id }) => id && isUnsure(this.quotes.get(id)));
		this.#choose(unsure.find(({ start }) => start > from) ?? unsure[0]);
	}

	#onClick(event) {
		const span = event.target.closest("[data-line]");
		if (span) this.#choose(this.lines.find(({ id }) => id === span.dataset.line));
	}

	#onKey(event) {
		const span = event.target.closest("[data-line]");
		if (!span || event.ctrlKey || event.metaKey || event.altKey) return;
		const at = this.lines.findIndex(({ id }) => id === span.dataset.line);
		if (event.key === "Enter") this.#choose(this.lines[at]);
		else if (event.key === " " && "start_ms" in this.lines[at]) this.#play(this.lines[at]);
		else if (event.key in STEPS) this.#choose(this.lines[at + STEPS[event.key]]);
		else return;
		event.preventDefault();
	}
}
