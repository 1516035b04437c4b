/** Where a text is pasted, or a file chosen or dropped, and sent off. */

import { announce } from "./announcer.js";
import { uploadFile } from "./api.js";
import { button, el, refill } from "./element.js";
import { formatSize, t } from "./i18n.js";

const TITLE_LENGTH = 60; // characters of a pasted text that name its run

export class TextSheet {
	element = el("div", {
		class: "sheet", ondragover: (event) => this.#offerTarget(event),
		ondragleave: () => this.element.classList.remove("is-target"), ondrop: (event) => this.#drop(event),
	});
	#isBusy = false;

	/** @param {{text: string, file: File | null}} draft What is put in goes there. @param {string} name Of its words.
	 * @param {string} accept Endings of files. @param {() => void} [changed] */
	constructor(draft, name, accept, changed = () => {}) {
		Object.assign(this, { draft, name, accept, changed });
	}

	/** What the run is called; subtitles begin with numbers, which name nothing. */
	get title() {
		return this.draft.file?.name ?? this.draft.text.match(/^.*\p{L}.*$/mu)?.[0].trim().slice(0, TITLE_LENGTH) ?? "";
	}

	/** The run's input, with the file stored. */
	async source() {
		return this.draft.file ? { file_id: await uploadFile(this.draft.file) } : { text: this.draft.text };
	}

	render() {
		const { file } = this.draft;
		const input = el("input", { id: "file", class: "unseen", type: "file", accept: this.accept, onchange: () => this.#choose(input.files[0] ?? null) });
		this.start = el("button", { id: "start", class: "button primary" });
		refill(this.element, file ? this.#chosenFile(file) : this.#textArea(),
			el("div", { class: "sheet-foot" },
				el("span", { class: "file-choice" }, input, el("label", { class: "button", for: "file" }, t("form.choose_file"))),
				el("span", { class: "muted" }, t(`${this.name}.file_hint`)),
				!file && button({ class: "quiet clear", onclick: () => { this.#write(""); this.#choose(null); } }, t("form.clear")),
				this.start));
		this.setBusy(this.#isBusy);
	}

	/** Have it sent off, once at a time. @param {() => Promise<void>} act */
	async send(act) {
		if (this.#isBusy) return;
		this.setBusy(true);
		await act().finally(() => this.setBusy(false));
	}

	setBusy(isBusy) {
		this.#isBusy = isBusy;
		this.start.setAttribute("aria-disabled", String(isBusy)); // Not disabled: that would lose the focus.
		this.start.textContent = t(isBusy ? "form.starting" : "form.start");
	}

	#textArea() {
		const area = el("textarea", {
			id: "text", class: "book-text", rows: "14", spellcheck: "false", "aria-label": t(`${this.name}.text`), placeholder: t("form.placeholder"),
			oninput: () => this.#write(area.value),
		});
		area.value = this.draft.text;
		return area;
	}

	#chosenFile(file) {
		return el("div", { class: "chosen-file" }, el("p", { class: "file-name" }, file.name), el("small", {}, formatSize(file.size)),
			button({ class: "button", onclick: () => this.#choose(null) }, t("form.remove_file")));
	}

	#write(text) {
		this.draft.text = text;
		this.changed();
	}

	#choose(file) {
		this.draft.file = file;
		this.render();
		this.element.querySelector(file ? "#start" : "#text").focus();
		if (file) announce(t("form.file_chosen", { name: file.name }));
	}

	/** Dragged words go into the text area by themselves; only files are caught. */
	#offerTarget(event) {
		if (!event.dataTransfer.types.includes("Files")) return;
		event.preventDefault();
		this.element.classList.add("is-target");
	}

	#drop(event) {
		const [file] = event.dataTransfer.files;
		if (!file) return;
		event.preventDefault();
		this.element.classList.remove("is-target");
		this.#choose(file);
	}
}
