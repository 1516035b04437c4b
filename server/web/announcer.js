/** Tells screen readers what changes without the reader's doing.
 * @param {string} message */
export function announce(message) {
	document.getElementById("announcer").textContent = message;
}
