// The preview follows what one types, and the block is copied with one button. Without this file
// the form loads the page again, and the texts are there to be copied by hand.

const form = document.getElementById("choices");
let request = new AbortController();
let waiting = 0;

async function refresh() {
  request.abort();
  request = new AbortController();
  const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  try {
    const response = await fetch(address, { signal: request.signal });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const id of ["made", "language"]) {
      document.getElementById(id).replaceWith(page.getElementById(id));
    }
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

const text = (form) => document.getElementById(`as-${form}`).value;

// ClipboardItem would parse the HTML on this page, whose policy forbids its inline styles.
function copyFormatted() {
  const fill = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/html", text("html"));
    event.clipboardData.setData("text/plain", text("text"));
  };
  document.addEventListener("copy", fill, { once: true });
  if (!document.execCommand("copy")) throw new Error("not allowed");
}

async function copy(button) {
  const told = document.getElementById("announcement");
  told.className = "told";
  try {
    if (button.dataset.copy === "rich") copyFormatted();
    else await navigator.clipboard.writeText(text(button.dataset.copy));
    told.textContent = button.dataset.done;
  } catch {
    told.textContent = button.dataset.failed;
  }
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 300);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
