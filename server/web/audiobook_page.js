/** Audiobooks: one's books and a form, then how far a book's task is, then the book itself. */

import { announce } from "./announcer.js";
import { askBooks, getState, readText, sendBook } from "./api.js";
import { AudiobookView } from "./audiobook_view.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { formatDuration, t, term } from "./i18n.js";
import { Novel, resultOf } from "./novel.js";

const PAUSE = 700; // Milliseconds between two questions of how far it is.
const LANGUAGES = ["", "en", "zh"]; // The empty one is to be detected.
const UNDER_WAY = { generating_script: "script/generate", analyzing: "characters/recognize", generating_audio: "audio/generate" };

export class AudiobookPage {
	element = el("div", { class: "run audiobook" });
	#book = null;
	#books = [];
	#task = null;
	#failure = null;
	/** @type {AudiobookView | null} */ #view = null;
	#leaving = new AbortController();
	#wishes = Promise.resolve();
	// Made once, so that what was chosen outlives a render.
	#file = el("input", { id: "book-file", type: "file", required: true, accept: ".txt,.md,.epub,.docx" });
	#title = el("input", { id: "book-title", maxlength: "200" });
	#author = el("input", { id: "book-author", maxlength: "100" });
	#language = el("select", { id: "book-language" });
	#speed = el("input", { type: "number", min: "0.5", max: "2", step: "0.05", value: "1" });
	#mp3 = el("input", { type: "checkbox", checked: true });

	/** @param {string | undefined} bookId */
	constructor(bookId) {
		this.bookId = bookId;
	}

	open() {
		this.render();
		if (this.bookId) this.#follow();
		else this.#try(async () => { this.#books = (await askBooks("?limit=50")).books; });
	}

	close() {
		this.#leaving.abort();
		this.#view?.close();
	}

	render() {
		const title = this.#book?.title ?? t("books.title");
		document.title = `${title} · Scriptorium`;
		this.bar = el("div", {});
		this.#view?.render();
		refill(this.element,
			el("header", { class: "page-head" }, el("h1", { tabindex: "-1" }, title)),
			this.#failure && failurePanel(this.#failure, el("a", { class: "button", href: "#/books" }, t("run.back_to_form"))),
			!this.bookId && this.#form(),
			this.bar,
			this.#view?.element);
		this.#showTask();
	}

	#form() {
		const [file, title, author, language] = [this.#file, this.#title, this.#author, this.#language];
		refill(language, LANGUAGES.map((value) => el("option", { value, selected: value === language.value }, t(`options.language_${value || "auto"}`))));
		const send = (event) => {
			event.preventDefault();
			this.#try(async () => {
				const { id } = await askBooks("", "POST", { title: title.value || file.files[0].name.replace(/\.\w+$/, ""), author: author.value, language: language.value || null });
				await sendBook(id, file.files[0]).catch(async (error) => {
					await askBooks(`/${id}`, "DELETE");
					throw error;
				});
				await askBooks(`/${id}/script/generate`, "POST");
				location.hash = `#/books/${id}`;
			});
		};
		return [
			el("form", { class: "guideline-form", onsubmit: send },
				el("label", { for: "book-file" }, t("books.file")), file,
				el("label", { for: "book-title" }, t("books.name")), title,
				el("label", { for: "book-author" }, t("books.author")), author,
				el("label", { for: "book-language" }, t("options.language")), language,
				el("button", { id: "book-send", class: "button" }, t("books.send"))),
			this.#books.length > 0 && el("section", { class: "recent", "aria-label": t("books.yours") }, el("h2", {}, t("books.yours")),
				el("ul", {}, this.#books.map(({ id, title, status }) =>
					el("li", {}, el("a", { href: `#/books/${id}` }, title), el("small", {}, term("book_status", status)))))),
		];
	}

	async #follow() {
		const { signal } = this.#leaving;
		await this.#try(async () => {
			this.#book = await askBooks(`/${this.bookId}`, "GET", undefined, signal);
			for (let what; (what = UNDER_WAY[this.#book.status]); ) {
				this.#task = await askBooks(`/${this.bookId}/${what}`, "GET", undefined, signal);
				this.#showTask();
				await new Promise((resolve) => setTimeout(resolve, PAUSE));
				this.#book = await askBooks(`/${this.bookId}`, "GET", undefined, signal);
			}
			if (this.#book.status === "error") await this.#readFailure(signal);
			this.#task = null;
			await this.#showBook(signal);
		});
	}

	async #readFailure(signal) {
		for (const what of Object.values(UNDER_WAY)) {
			const task = await askBooks(`/${this.bookId}/${what}`, "GET", undefined, signal).catch(() => null);
			if (task) this.#failure = { message: task.errorMessage ?? t("books.cancelled"), code: task.errorCode };
		}
	}

	async #showBook(signal) {
		const { values } = await getState(this.bookId, signal);
		if (!values.lines?.length) return;
		const novel = new Novel(resultOf(values), await readText(values.text_file_id, signal));
		const at = this.#view?.place;
		this.#view?.close();
		if (!this.#view) Object.assign(this.#speed, { value: values.given.options.speed });
		this.#view = new AudiobookView(this.bookId, novel, values, (work) => this.#change(work), at);
		announce(t("books.ready", { lines: values.lines.length }));
	}

	/** Do what a person wants, then show what has become of the book; one wish after the other. */
	#change(work) {
		this.#wishes = this.#wishes.then(() => this.#try(async () => {
			await work();
			await this.#follow();
		}));
	}

	async #try(work) {
		this.#failure = null;
		try {
			await work();
		} catch (error) {
			if (this.#leaving.signal.aborted) return;
			this.#failure = error;
		}
		this.render();
	}

	#showTask() {
		if (!this.#book) return;
		const { estimate, audio } = this.#view?.values ?? {};
		const wish = () => ({ options: { speed: this.#speed.valueAsNumber || 1, mp3: this.#mp3.checked } });
		const speak = () => this.#change(() => askBooks(`/${this.bookId}/audio/generate`, "POST", wish()));
		const cancel = () => this.#try(() => askBooks(`/${this.bookId}/audio/generate`, "DELETE"));
		refill(this.bar, el("div", { class: "panel-tools" },
			el("span", { id: "book-status", role: "status" }, term("book_status", this.#book.status),
				estimate && ` · ${estimate.engine}`,
				estimate && !audio && ` · ${t("books.estimate", { time: formatDuration(estimate.seconds * 1000), lines: estimate.to_speak })}`,
				audio && ` · ${formatDuration(audio.duration_ms)}`),
			this.#task && [el("progress", { max: "100", value: this.#task.progress, "aria-label": this.#task.message }),
				button({ id: "book-cancel", class: "button", onclick: cancel }, t("books.cancel"))],
			this.#view && !this.#task && [
				el("label", {}, `${t("books.speed")} `, this.#speed), el("label", {}, this.#mp3, ` ${t("books.mp3")}`),
				button({ id: "book-speak", class: "button primary", onclick: speak }, t(audio ? "books.again" : "books.speak"))]));
	}
}
