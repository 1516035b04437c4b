/** For admins: who may come in, in which role, and who did what. */

import { button, el, field, section, select } from "./element.js";
import { formatInstant, t, term } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { changeUser, endSessions, listAudit, listUsers, makeUser } from "./workspace_api.js";

const roles = () => ["user", "admin"].map((role) => [role, term("role", role)]);

export class UsersPage extends Page {
	#users = [];
	#entries = [];

	constructor() {
		super("users");
	}

	async load() {
		[this.#users, this.#entries] = await Promise.all([listUsers(), listAudit()]);
	}

	body() {
		this.users = new ListTable(this.title, ["name", "role", "email", "created", ""]);
		this.audit = new ListTable(t("users.audit"), ["time", "name", "action", "outcome"]);
		return [this.users.element, this.#form(),
			section(t("users.audit"), this.audit.element)];
	}

	update() {
		this.users.show(this.#users, ({ id }) => id, (user) => [
			user.username, this.#role(user), user.email ?? "", formatInstant(user.created_at),
			el("span", { class: "row-actions" },
				button({ class: "link", onclick: () => this.act(() => changeUser(user.id, { is_active: !user.is_active })) }, t(user.is_active ? "users.close" : "users.open")),
				button({ class: "link", onclick: () => this.act(() => endSessions(user.id)) }, t("users.end_sessions"))),
		], "");
		this.audit.show(this.#entries, ({ entry_id: id }) => String(id), ({ at, name, action, status, detail }) => [
			formatInstant(at), name ?? "–", action, [status, detail && ` ${detail}`],
		], t("users.no_audit"));
	}

	#role(user) {
		const change = (event) => this.act(() => changeUser(user.id, { role: event.target.value }));
		return select({ "aria-label": t("users.role_of", { name: user.username }), onchange: change }, roles(), user.role);
	}

	#form() {
		const input = (name, type, required) => field(t(`users.${name}`), el("input", { name, type, required, autocomplete: "off" }));
		const make = (event) => {
			const form = event.currentTarget;
			const { email, ...given } = Object.fromEntries(new FormData(form));
			this.act(async () => {
				await makeUser({ ...given, ...(email && { email }) });
				form.reset();
			});
		};
		return section(t("users.new"), el("form", { class: "fields", onsubmit: make },
			input("username", "text", true), input("password", "password", true), input("email", "email", false),
			field(t("col.role"), select({ name: "role" }, roles())),
			el("button", { class: "button" }, t("users.make"))));
	}
}
