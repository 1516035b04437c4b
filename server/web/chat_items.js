/** What was said in a conversation, and the jobs that it started, as elements. */

import { argumentList } from "./confirmation.js";
import { fileLink } from "./download.js";
import { el } from "./element.js";
import { t, term } from "./i18n.js";
import { stageText } from "./progress_view.js";
/** @import {Job, NamedFile, Said} from "./conversation.js" */

/** @param {Said | Job} item @param {NamedFile[]} files @param {(act: () => Promise<void>) => void} attempt */
export function chatItem(item, files, attempt) {
	return item.kind === "job" ? jobCard(item, files, attempt) : bubble(item, attempt);
}

function bubble({ kind, text, files, isOffline, withheld }, attempt) {
	return el("li", { class: `said said-${kind}` },
		el("p", { class: "said-who muted" }, t(`chat.${kind}`), isOffline && el("span", { class: "tag" }, t("chat.by_rules")), withheld && el("span", { class: "tag" }, t("chat.withheld"))),
		richText(text), fileList(files, attempt));
}

/** Words as they are; what stands between fences is data, folded. */
function richText(text) {
	return text.split(/```(?:\w*\n)?/).map((part, at) => part.trim() && (at % 2
		? el("details", {}, el("summary", {}, t("chat.data")), el("pre", {}, part.trim()))
		: el("p", { class: "said-text" }, part.trim())));
}

function jobCard({ job, args, state, outcome, files: made, stage }, files, attempt) {
	return el("li", { class: `sheet job-card is-${state}` },
		el("p", { class: "job-card-head" }, el("strong", {}, term("job_title", job)), el("span", { class: `status status-${MARKS[state]}` }, t(`chat.job_${state}`))),
		state !== "asks" && argumentList(args, files),
		stage && el("div", { class: "live" }, bar(stage), el("small", {}, stageText(stage))),
		outcome.error && el("p", { class: "fault" }, outcome.error, outcome.hint && ` ${outcome.hint}`),
		fileList(made, attempt));
}

const MARKS = { open: "running", stopped: "interrupted", asks: "pending", done: "success", declined: "interrupted", failed: "error" };

function bar({ name, done, total }) {
	return el("progress", { max: total || 1, value: done, "aria-label": term("stage", name) });
}

const fileList = (files, attempt) => files.length > 0 && el("ul", { class: "file-links" }, files.map((file) => el("li", {}, fileLink({ ...file, name: file.name ?? file.file_id }, attempt))));
