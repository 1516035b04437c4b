/** Where the reader writes to the assistant, with files that go along. */

import { uploadFile } from "./api.js";
import { button, el, refill } from "./element.js";
import { t } from "./i18n.js";
/** @import {NamedFile} from "./conversation.js" */

export class Composer {
	element = el("form", { class: "composer sheet", onsubmit: (event) => this.#submit(event) });
	// Made once, so that what was written outlives a render.
	#text = el("textarea", { id: "chat-text", rows: "2", onkeydown: (event) => this.#key(event) });
	#input = el("input", { id: "chat-file", class: "unseen", type: "file", multiple: true, onchange: () => this.#attach([...this.#input.files]) });
	#chips = el("ul", { class: "file-links" });
	/** @type {NamedFile[]} */ #files = [];
	#isBusy = false;

	/** @param {{send: (text: string, files: NamedFile[]) => void, stop: () => void, attempt: (act: () => Promise<void>) => void}} does */
	constructor(does) {
		this.does = does;
		this.element.addEventListener("dragover", (event) => event.preventDefault());
		this.element.addEventListener("drop", (event) => {
			event.preventDefault();
			this.#attach([...event.dataTransfer.files]);
		});
	}

	render() {
		this.#text.setAttribute("aria-label", t("chat.write"));
		this.#text.placeholder = t("chat.write");
		this.#input.setAttribute("aria-label", t("form.choose_file"));
		this.go = el("button", { id: "chat-send", class: "button primary" });
		refill(this.element, this.#text, this.#chips, el("div", { class: "sheet-foot" },
			el("span", { class: "file-choice" }, this.#input, el("label", { class: "button", for: "chat-file" }, t("form.choose_file"))),
			el("small", {}, t("chat.keys")), this.go));
		this.#showChips();
		this.setBusy(this.#isBusy);
	}

	/** @param {boolean} isBusy Whether the assistant is at work, which may be stopped. */
	setBusy(isBusy) {
		this.#isBusy = isBusy;
		this.go.textContent = t(isBusy ? "work.cancel" : "chat.send");
	}

	/** Begin a message for the reader to go on with. */
	begin(text) {
		this.#text.value = text;
		this.#text.focus();
	}

	#key(event) {
		if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		if (!this.#isBusy) this.#submit(event);
	}

	#submit(event) {
		event.preventDefault();
		if (this.#isBusy) return this.does.stop();
		const text = this.#text.value.trim();
		if (!text && !this.#files.length) return this.#text.focus();
		this.does.send(text, this.#files);
		this.#text.value = "";
		this.#files = [];
		this.#showChips();
	}

	#attach(files) {
		this.does.attempt(async () => {
			for (const file of files) {
				this.#files = [...this.#files, { file_id: await uploadFile(file), name: file.name }];
				this.#showChips();
			}
			this.#input.value = "";
		});
	}

	#showChips() {
		refill(this.#chips, this.#files.map((file) => el("li", {}, file.name, " ", button({
			class: "quiet", "aria-label": t("chat.detach", { name: file.name }),
			onclick: () => { this.#files = this.#files.filter((each) => each !== file); this.#showChips(); },
		}, "×"))));
	}
}
