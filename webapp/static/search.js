// Filters apply at once: the page of the new search is fetched and its results and filters are
// swapped in. Without this file the form and the links do the same, one page at a time.

const results = () => document.getElementById("results");
const wide = matchMedia("(min-width: 60rem)");
let shown = location.pathname + location.search;
let request = new AbortController();

// A mailer that wrote & as &#038; put the filters behind the #, where the server cannot see them.
if (/^#(0?38|x26);/i.test(location.hash)) {
  const rest = location.hash.slice(1).replaceAll("#", "%23");
  location.replace(`${location.pathname}${location.search}&${rest}`);
}

function openPanel() {
  if (wide.matches) document.getElementById("panel").open = true;
}

function addressOfForm(form) {
  const given = [...new FormData(form)].filter(([, value]) => value.trim());
  return `${form.getAttribute("action")}?${new URLSearchParams(given)}`;
}

async function show(address, { remember = true, focus = null } = {}) {
  request.abort();
  request = new AbortController();
  results().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: request.signal });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const canonical = new URL(page.querySelector("link[rel=canonical]").href);
    swap(page, focus);
    if (remember) history.pushState(null, "", location.pathname + canonical.search);
    shown = location.pathname + location.search;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function swap(page, focus) {
  const active = document.activeElement;
  const place = active.closest("#filters") && nameOf(active);
  const opened = new Map([...document.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  for (const id of ["results", "filters", "language"]) {
    document.getElementById(id).replaceWith(page.getElementById(id));
  }
  for (const [id, open] of opened) {
    const details = document.getElementById(id);
    if (details) details.open = open || details.open;
  }
  for (const link of ["canonical", "alternate"].flatMap(linksOf(document))) link.remove();
  document.head.append(...["canonical", "alternate"].flatMap(linksOf(page)));
  refill(page);
  document.title = page.title;
  const sentence = document.getElementById("sentence");
  document.getElementById("announcement").textContent = sentence.textContent;
  const target = place ? document.querySelector(place) : focus && document.querySelector(focus);
  target?.focus({ preventScroll: Boolean(place) });
}

const linksOf = (page) => (rel) => [...page.head.querySelectorAll(`link[rel=${rel}]`)];

// The search box keeps what is being typed; going back restores what was asked.
function refill(page) {
  const form = document.getElementById("search");
  const old = form.querySelectorAll("input[type=hidden]");
  old.forEach((input) => input.remove());
  form.append(...page.querySelectorAll("#search input[type=hidden]"));
  const box = document.getElementById("q");
  if (document.activeElement !== box) box.value = page.getElementById("q").value;
}

function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.name && element.type === "checkbox") {
    return `input[name="${element.name}"][value="${CSS.escape(element.value)}"]`;
  }
  const group = element.closest("details[id]");
  return group && element.matches("summary") ? `#${group.id} > summary` : "#filters .apply";
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id === "search" && event.target.closest("#filters")) show(addressOfForm(form));
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "search") return;
  event.preventDefault();
  show(addressOfForm(event.target), { focus: "#sentence" });
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href, { focus: "#sentence" });
});

addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) show(location.href, { remember: false });
});

wide.addEventListener("change", openPanel);
openPanel();
