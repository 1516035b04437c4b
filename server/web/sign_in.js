/** Signing in, and setting a new password with a link that came by mail. */

import { askForReset, resetPassword, signIn } from "./api.js";
import { button, el, refill } from "./element.js";
import { failurePanel } from "./failure_panel.js";
import { t } from "./i18n.js";

export class SignIn {
	element = el("div", { class: "home" });
	/** @type {import("./failure_panel.js").Failure | null} */ #failure = null;
	#note = "";
	#resetToken;
	#onSignedIn;

	/** @param {() => void} onSignedIn @param {string} [resetToken] Of a link that came by mail. */
	constructor(onSignedIn, resetToken) {
		this.#onSignedIn = onSignedIn;
		this.#resetToken = resetToken;
	}

	open() {
		this.render();
	}

	close() {}

	render() {
		document.title = "Scriptorium";
		const isReset = Boolean(this.#resetToken);
		refill(this.element,
			el("h1", { tabindex: "-1" }, t(isReset ? "sign_in.new_password" : "sign_in.title")),
			el("form", { class: "sign-in", onsubmit: (event) => this.#submit(event) },
				!isReset && this.#field("username", "text", "username"),
				this.#field("password", "password", isReset ? "new-password" : "current-password"),
				el("p", { class: "actions" },
					el("button", { class: "primary" }, t(isReset ? "sign_in.set" : "sign_in.submit")),
					!isReset && button({ class: "quiet", onclick: (event) => this.#forgot(event) }, t("sign_in.forgot"))),
				el("p", { role: "status" }, this.#note),
				this.#failure && failurePanel(this.#failure)));
	}

	#field(name, type, autocomplete) {
		return el("label", {}, t(`sign_in.${name}`), el("input", { name, type, autocomplete, required: true }));
	}

	#submit(event) {
		event.preventDefault();
		const { username, password } = Object.fromEntries(new FormData(event.currentTarget));
		this.#attempt(async () => {
			if (this.#resetToken) {
				await resetPassword(this.#resetToken, password);
				this.#resetToken = undefined;
				this.#note = t("sign_in.was_set");
				return this.render();
			}
			await signIn(username, password);
			this.#onSignedIn();
		});
	}

	#forgot(event) {
		const { username } = Object.fromEntries(new FormData(event.currentTarget.form));
		if (!username) return event.currentTarget.form.elements.username.focus();
		this.#attempt(async () => {
			await askForReset(username);
			this.#note = t("sign_in.mail_sent");
			this.render();
		});
	}

	async #attempt(act) {
		this.#failure = null;
		try {
			await act();
		} catch (error) {
			this.#failure = error;
			this.render();
		}
	}
}
