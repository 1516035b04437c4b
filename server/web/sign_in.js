/** Signing in, and setting a new password with a link that came by mail. */

import { askForReset, resetPassword, signIn } from "./api.js";
import { button, el } from "./element.js";
import { t } from "./i18n.js";
import { Page } from "./page.js";

export class SignIn extends Page {
	#resetToken;
	#onSignedIn;
	// Made once, so that what was put in outlives a render.
	#name = el("input", { name: "username", autocomplete: "username", required: true });
	#password = el("input", { name: "password", type: "password", required: true });

	/** @param {() => void} onSignedIn @param {string} [resetToken] Of a link that came by mail. */
	constructor(onSignedIn, resetToken) {
		super("sign_in");
		this.#onSignedIn = onSignedIn;
		this.#resetToken = resetToken;
	}

	get title() {
		return t(this.#resetToken ? "sign_in.new_password" : "sign_in.title");
	}

	body() {
		const isReset = Boolean(this.#resetToken);
		this.#password.autocomplete = isReset ? "new-password" : "current-password";
		this.note = el("p", { role: "status" });
		const field = (name, input) => el("label", {}, t(`sign_in.${name}`), input);
		return [el("form", { class: "sign-in", onsubmit: () => this.attempt(() => this.#submit()) },
			!isReset && field("username", this.#name), field("password", this.#password),
			el("p", { class: "actions" },
				el("button", { class: "button primary" }, t(isReset ? "sign_in.set" : "sign_in.title")),
				!isReset && button({ class: "quiet", onclick: () => this.attempt(() => this.#forgot()) }, t("sign_in.forgot"))),
			this.note)];
	}

	async #submit() {
		if (!this.#resetToken) {
			await signIn(this.#name.value, this.#password.value);
			return this.#onSignedIn();
		}
		await resetPassword(this.#resetToken, this.#password.value);
		this.#resetToken = undefined;
		this.#password.value = "";
		this.render();
		this.note.textContent = t("sign_in.was_set");
	}

	async #forgot() {
		if (!this.#name.value) return this.#name.focus();
		await askForReset(this.#name.value);
		this.note.textContent = t("sign_in.mail_sent");
	}
}
