/** Audiobooks: one's books and a form, then how far a book's task is, then the book itself. */

import { announce } from "./announcer.js";
import { askBooks, getState, readText, sendBook } from "./api.js";
import { AudiobookView } from "./audiobook_view.js";
import { button, el, labelled, refill, select } from "./element.js";
import { formatDuration, t, term } from "./i18n.js";
import { Novel, resultOf } from "./novel.js";
import { languageChoices } from "./option_fields.js";
import { Page } from "./page.js";
import { taskList } from "./recent_list.js";
import { TaskBar } from "./task_bar.js";

const PAUSE = 700; // Milliseconds between two questions of how far it is.
const UNDER_WAY = { generating_script: "script/generate", analyzing: "characters/recognize", generating_audio: "audio/generate" };

export class AudiobookPage extends Page {
	#book = null;
	#books = [];
	#task = null;
	/** @type {AudiobookView | null} */ #view = null;
	/** @type {{voiceId: string}[] | undefined} To choose from. */ #voices;
	/** @type {Promise<void>} The last wish's end. */ #wishes = Promise.resolve();
	#waiting = 0; // Wishes that nothing was done about yet.
	/** @type {Element | null} The field in which something is typed that it has not told yet. */ #typedIn = null;
	#isToRender = false;
	// Made once, so that what was chosen outlives a render.
	#file = el("input", { id: "book-file", type: "file", required: true, accept: ".txt,.md,.epub,.docx" });
	#title = el("input", { id: "book-title", maxlength: "200" });
	#author = el("input", { id: "book-author", maxlength: "100" });
	#language = "";
	#speed = el("input", { type: "number", min: "0.5", max: "2", step: "0.05", value: "1" });
	#mp3 = el("input", { type: "checkbox", checked: true });

	/** @param {string | undefined} bookId */
	constructor(bookId) {
		super("books", 0, bookId && "#/books");
		this.bookId = bookId;
		this.element.classList.add("audiobook");
		this.element.addEventListener("input", ({ target }) => { this.#typedIn = target; });
		for (const type of ["change", "focusout"]) this.element.addEventListener(type, () => this.#leaveField());
	}

	get title() {
		return this.#book?.title ?? super.title;
	}

	close() {
		super.close();
		this.#view?.close();
	}

	/** What was typed comes first: the book as it was before would take its place. */
	render() {
		this.#isToRender = this.#typedIn !== null || this.#waiting > 0;
		if (!this.#isToRender) super.render();
	}

	#leaveField() {
		this.#typedIn = null;
		if (this.#isToRender) setTimeout(() => this.render()); // Once the focus is elsewhere.
	}

	async load(signal) {
		if (!this.bookId) return void ({ books: this.#books } = await askBooks("?limit=50", "GET", undefined, signal));
		await this.#follow(signal);
		this.render();
	}

	async #follow(signal) {
		this.#book = await askBooks(`/${this.bookId}`, "GET", undefined, signal);
		for (let what; (what = UNDER_WAY[this.#book.status]); ) {
			this.#task = await askBooks(`/${this.bookId}/${what}`, "GET", undefined, signal);
			this.update();
			await new Promise((resolve) => setTimeout(resolve, PAUSE));
			this.#book = await askBooks(`/${this.bookId}`, "GET", undefined, signal);
		}
		this.#task = null;
		if (this.#book.status === "error") await this.#readFailure(signal);
		await this.#showBook(signal);
	}

	async #readFailure(signal) {
		for (const what of Object.values(UNDER_WAY)) {
			const task = await askBooks(`/${this.bookId}/${what}`, "GET", undefined, signal).catch(() => null);
			if (task) this.fail({ message: task.errorMessage ?? t("books.cancelled"), code: task.errorCode });
		}
	}

	async #showBook(signal) {
		const { values: known } = await getState(this.bookId, signal);
		if (!known.lines?.length) return;
		const values = { ...known, language: known.spoken }; // A task that failed has told no language.
		const novel = new Novel(resultOf(values), await readText(values.text_file_id, signal));
		this.#voices ??= await askBooks(`/${this.bookId}/voices?language=${values.language}`, "GET", undefined, signal).then(({ voices }) => voices, () => undefined); // A choice less.
		const at = this.#view?.place;
		this.#view?.close();
		if (!this.#view) Object.assign(this.#speed, { value: values.given.options.speed });
		this.#view = new AudiobookView(this.bookId, novel, { ...values, voices: this.#voices ?? [] }, (work) => this.#change(work), at);
		announce(t("books.ready", { lines: values.lines.length }));
	}

	/** Do what a person wants, then show what has become of the book; one wish after the other. */
	#change(work) {
		this.#waiting += 1;
		this.#wishes = this.#wishes.then(() => this.attempt(async () => {
			this.#waiting -= 1;
			await work();
			await this.#follow(this.leaving.signal);
		})).then(() => this.render());
	}

	body() {
		this.list = el("section", { class: "recent" });
		this.wishes = el("span", { class: "panel-tools" });
		this.bar = new TaskBar(() => this.attempt(() => askBooks(`/${this.bookId}/audio/generate`, "DELETE")), this.wishes);
		this.#view?.render();
		return this.bookId ? [this.bar.element, this.#view?.element] : [this.#form(), this.list];
	}

	update() {
		refill(this.list, taskList(t("books.yours"), this.#books.map(({ id, title, status }) => [`#/books/${id}`, title, term("book_status", status)])));
		if (!this.#book) return;
		const { estimate, audio } = this.#view?.values ?? {};
		const told = [term("book_status", this.#book.status), estimate?.engine,
			estimate && !audio && t("books.estimate", { time: formatDuration(estimate.seconds * 1000), lines: estimate.to_speak }),
			audio && formatDuration(audio.duration_ms)];
		this.bar.show(told.filter(Boolean).join(" · "), this.#task && { done: this.#task.progress, stage: this.#task.message });
		refill(this.wishes, this.#view && !this.#task && this.#speaking(audio));
	}

	#speaking(audio) {
		const wish = () => ({ options: { speed: this.#speed.valueAsNumber || 1, mp3: this.#mp3.checked } });
		const speak = () => this.#change(() => askBooks(`/${this.bookId}/audio/generate`, "POST", wish()));
		return [el("label", {}, `${t("books.speed")} `, this.#speed), el("label", {}, this.#mp3, ` ${t("books.mp3")}`),
			button({ id: "book-speak", class: "button primary", onclick: speak }, t(audio ? "books.again" : "books.speak"))];
	}

	#form() {
		const [file, title, author] = [this.#file, this.#title, this.#author];
		const language = select({ id: "book-language", onchange: () => { this.#language = language.value; } }, languageChoices(), this.#language);
		const send = () => this.attempt(async () => {
			const { id } = await askBooks("", "POST", { title: title.value || file.files[0].name.replace(/\.\w+$/, ""), author: author.value, language: language.value || null });
			await sendBook(id, file.files[0]).catch(async (error) => {
				await askBooks(`/${id}`, "DELETE");
				throw error;
			});
			await askBooks(`/${id}/script/generate`, "POST");
			location.hash = `#/books/${id}`;
		});
		return el("form", { class: "guideline-form", onsubmit: send },
			labelled(t("books.file"), file),
			labelled(t("books.name"), title),
			labelled(t("books.author"), author),
			labelled(t("options.language"), language),
			el("button", { id: "book-send", class: "button primary" }, t("books.send")));
	}
}
