/** What the assistant asks before it goes on: whether a job shall start, and with what; or what a job itself wants to know. */

import { button, el, entry, field, refill } from "./element.js";
import { t, term } from "./i18n.js";
import { expectedText } from "./progress_view.js";
import { TopicsReview } from "./topics_review.js";
import { heldVersion } from "./version_review.js";
/** @import {NamedFile} from "./conversation.js" */

const TOPICS = ["columns", "plan", "topics"]; // What a job on topics asks about.

/** @param {any} asked @param {NamedFile[]} files By which ids are shown as names. @param {(answer: any) => void} answer */
export function confirmation(asked, files, answer) {
	const [request] = asked?.action_requests ?? [];
	return request ? proposal(request, files, answer) : question(asked, answer);
}

function proposal({ name, args, estimate }, files, answer) {
	const decide = (decision) => answer({ decisions: [decision] });
	let send = () => {};
	const card = el("form", { class: "sheet ask", onsubmit: () => send(), "aria-label": t("chat.confirm", { job: term("job_title", name) }) });
	const change = () => {
		const fields = Object.entries(args).map(([key, value]) => ({ key, value, input: inputOf(key, value) }));
		send = () => decide({ type: "edit", edited_action: { name, args: Object.fromEntries(fields.map(({ key, value, input }) => [key, readAs(value, input.value)])) } });
		refill(card, fields.map(({ key, input }) => field(term("arg", key), input)),
			el("p", { class: "actions" }, el("button", { class: "button primary" }, t("chat.apply")), button({ class: "button", onclick: show }, t("work.back"))));
		fields[0]?.input.focus();
	};
	const show = () => {
		send = () => decide({ type: "approve" });
		refill(card, el("p", { class: "ask-title" }, t("chat.confirm", { job: term("job_title", name) })), argumentList(args, files),
			estimate && el("p", { class: "muted" }, expectedText(estimate)),
			el("p", { class: "actions" },
				el("button", { id: "approve-job", class: "button primary" }, t("form.start")),
				button({ class: "button", onclick: change }, t("books.change")),
				button({ id: "decline-job", class: "button", onclick: () => decide({ type: "reject" }) }, t("chat.decline"))));
	};
	show();
	return card;
}

/** @param {Record<string, any>} args @param {NamedFile[]} files */
export function argumentList(args, files) {
	const shown = (key, value) => (key === "file_id" ? files.find(({ file_id: id }) => id === value)?.name : null) ?? (Array.isArray(value) ? value.join(", ") : String(value));
	return el("dl", { class: "args" }, Object.entries(args).map(([key, value]) =>
		entry(term("arg", key), shown(key, value))));
}

function inputOf(key, value) {
	const input = key === "text" ? el("textarea", { rows: "6" }) : el("input", {});
	input.value = Array.isArray(value) ? value.join(", ") : value;
	return input;
}

const readAs = (before, text) => (Array.isArray(before) ? text.split(/[,，、\s]+/).filter(Boolean) : text);

/** A question of a job's own, as its page shows it; elsewhere the answer is what that job takes, as JSON or as words. */
function question(asked, answer) {
	if (asked?.subject === "version") return heldVersion(asked, answer);
	if (TOPICS.includes(asked?.subject)) {
		const review = new TopicsReview(asked, answer);
		review.render();
		return review.element;
	}
	const words = el("textarea", { rows: "4", required: true });
	return el("form", { class: "sheet ask", onsubmit: () => answer(readAnswer(words.value)) },
		el("p", { class: "ask-title" }, t("chat.question")),
		el("pre", {}, typeof asked === "string" ? asked : JSON.stringify(asked, null, 2)),
		field(t("chat.answer"), words),
		el("p", { class: "actions" }, el("button", { class: "button primary" }, t("chat.send"))));
}

function readAnswer(text) {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
