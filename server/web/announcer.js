/** Tells screen readers what changes without the reader's doing. */
export function announce(message) {
	document.getElementById("announcer").textContent = message;
}
