/** One's own settings: language and theme of this browser; password, keys and data of one's account. */

import { downloadLink } from "./download.js";
import { button, el, field, refill, section, select } from "./element.js";
import { formatInstant, language, switchLanguage, t, term } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { tokens } from "./session.js";
import { setTheme, theme, THEMES } from "./theme.js";
import { changePassword, listKeys, makeKey, revokeKey } from "./workspace_api.js";

export class SettingsPage extends Page {
	#keys = [];
	#secret = "";

	constructor() {
		super("settings");
	}

	async load() {
		if (tokens()) this.#keys = (await listKeys()).filter(({ revoked_at: revoked }) => !revoked);
	}

	body() {
		return [this.#looks(), ...(tokens() ? this.#account() : [el("p", { class: "empty" }, t("settings.no_accounts"))])];
	}

	#looks() {
		const changed = () => dispatchEvent(new Event("looks-changed"));
		return el("section", { class: "work-part fields" }, el("h2", {}, t("settings.looks")),
			field(t("result.language"), el("select", { id: "set-language", onchange: () => { switchLanguage(); changed(); } },
				[["en", "English"], ["zh", "中文"]].map(([value, name]) => el("option", { value, selected: value === language(), lang: value }, name)))),
			field(t("settings.theme"), select({ id: "set-theme", onchange: (event) => { setTheme(event.target.value); changed(); } },
				THEMES.map((value) => [value, t(`settings.theme_${value}`)]), theme())));
	}

	#account() {
		this.shown = el("div", { role: "status" });
		this.table = new ListTable(t("settings.keys"), ["name", "scopes", "created", "used", ""]);
		return [
			section(t("settings.keys"), el("p", { class: "muted" }, t("settings.keys_hint")),
				this.shown, this.table.element, this.#keyForm()),
			section(t("sign_in.password"), this.#passwordForm()),
			section(t("settings.data"), el("p", {}, t("settings.data_hint"), " ",
				downloadLink("/api/v1/auth/me/export", "scriptorium.zip", this.attempt, t("settings.export")))),
		];
	}

	update() {
		if (!this.table || !tokens()) return;
		refill(this.shown, this.#secret && el("p", { class: "banner" }, t("settings.key_once"), " ", el("code", { class: "secret" }, this.#secret)));
		this.table.show(this.#keys, ({ key_id: id }) => id, (key) => [
			key.name, key.scopes.map((scope) => term("scope", scope)).join(", "), formatInstant(key.created_at),
			key.last_used_at ? formatInstant(key.last_used_at) : t("settings.never"),
			button({ class: "link", "aria-label": t("settings.revoke_named", { name: key.name }), onclick: () => this.act(() => revokeKey(key.key_id), t("settings.revoke_sure", { name: key.name })) }, t("settings.revoke")),
		], t("settings.no_keys"));
	}

	#keyForm() {
		const name = el("input", { id: "key-name", type: "text", required: true, maxlength: "100" });
		const scopes = select({ id: "key-scopes" }, ["read write", "read"].map((value) => [value, value.split(" ").map((scope) => term("scope", scope)).join(", ")]));
		const make = () => this.act(async () => {
			this.#secret = (await makeKey(name.value, scopes.value.split(" "))).key;
			name.value = "";
		});
		return el("form", { class: "fields", onsubmit: make }, field(t("settings.key_name"), name),
			field(t("col.scopes"), scopes), el("button", { class: "button" }, t("settings.make_key")));
	}

	#passwordForm() {
		const input = (id, autocomplete) => el("input", { id, type: "password", required: true, autocomplete });
		const [current, wanted] = [input("password-now", "current-password"), input("password-new", "new-password")];
		const done = el("p", { role: "status" });
		const change = () => this.attempt(async () => {
			await changePassword(current.value, wanted.value);
			current.value = wanted.value = "";
			done.textContent = t("settings.password_set");
		});
		return el("form", { class: "fields", onsubmit: change }, field(t("settings.password_now"), current),
			field(t("sign_in.new_password"), wanted), el("button", { class: "button" }, t("sign_in.set")), done);
	}
}
