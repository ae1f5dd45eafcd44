// report.mjs PAGE SCREENSHOTS: the page of --report in headless Chromium, as people use it. Prints PASS and FAIL lines.
// Environment: CHROMIUM (the program), ROOT (where node_modules is).
import { createRequire } from "node:module";
const { chromium } = createRequire(process.env.ROOT + "/")("playwright-core");
const [file, pictures] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
const check = (name, good, what) => console.log(`${good ? "PASS" : "FAIL"} report/${name}${good ? "" : ": " + JSON.stringify(what)}`);
const complaints = [];

async function open(width, height, colorScheme) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    page.on("console", m => complaints.push(m.text()));
    page.on("pageerror", e => complaints.push(e.message));
    page.on("request", r => { if (!r.url().startsWith("file:")) complaints.push("network: " + r.url()); });
    await page.goto("file://" + file);
    return page;
}
const texts = (page, selector) => page.locator(selector + " .t").allTextContents();
const line = (page, pane, text) => page.locator(`#${pane} .row`, { hasText: text }).first();

const page = await open(1400, 900, "light");
const title = await page.title();
check("title", title.startsWith("recurrent_grad, loss_grad"), title);

// hover: the line's forward and reverse lines
await line(page, "source", "next[i] = tanh(s)").hover();
let forward = await texts(page, "#out .forward"), reverse = await texts(page, "#out .reverse");
check("hover_forward", forward.some(t => t.includes("tanh(s)")) && !forward.some(t => t.includes("d_w")), forward);
check("hover_reverse", reverse.length > 0 && reverse.every(t => !t.includes("tanh(")), reverse);
let detail = await page.locator("#detail").innerText();
check("hover_detail", detail.includes("kept tanh(s)") && detail.includes("8 × steps × n bytes") && detail.includes("call tanh again"), detail);
await page.locator("#search").hover();
check("hover_ends", await page.locator(".row.forward").count() === 0, await texts(page, ".forward"));
await line(page, "source", "h[i] = next[i]").hover();
detail = await page.locator("#detail").innerText();
check("logged", detail.includes("logged what h[i] held before"), detail);

// click: held; the other pane follows; a line of the generated code leads back
await line(page, "source", "s += w[i * n + j] * h[j]").click();
await page.mouse.move(5, 5);
reverse = await texts(page, "#out .reverse");
check("click_holds", reverse.some(t => t.includes("d_w[")), reverse);
await page.locator("#detail button.line").last().click();
await page.screenshot({ path: pictures + "/wide.png" });
const visible = await page.locator("#out .reverse").last().evaluate(e => {
    const r = e.getBoundingClientRect(), box = e.parentElement.getBoundingClientRect();
    return r.top >= box.top && r.bottom <= box.bottom;
});
check("line_links", visible, visible);
await page.keyboard.press("Escape");
check("escape", await page.locator(".row.picked").count() === 0, "still held");
await line(page, "out", "d_w[").click();
check("back_to_source", (await texts(page, "#source .forward")).length === 1, await texts(page, "#source .forward"));
await page.keyboard.press("Escape");

// search, next match
await page.keyboard.press("/");
await page.keyboard.type("EXP(");
const found = await texts(page, ".found");
check("search", found.length > 1 && found.every(t => t.includes("exp(")), found);
await page.keyboard.press("Enter");
await page.keyboard.press("Enter");
check("search_next", (await page.locator("#count").innerText()) === `2 of ${found.length}`, await page.locator("#count").innerText());
await page.keyboard.press("Escape");
check("search_cleared", await page.locator(".found").count() === 0, "still marked");

// keyboard
await page.locator("#source").focus();
for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
check("arrows", (await page.locator(".row.picked .n").innerText()) === "6", await page.locator(".row.picked .n").allInnerTexts());
await page.keyboard.press("Tab");
check("tab", await page.evaluate(() => document.activeElement.id) === "out", await page.evaluate(() => document.activeElement.id));
await page.keyboard.press("Escape");

// summary
await page.locator("summary", { hasText: "What is kept" }).first().click();
check("totals", (await page.locator(".total").first().innerText()).includes("× steps × n"), await page.locator(".total").allInnerTexts());
await page.locator("tr", { hasText: "tanh(s)" }).first().click();
check("row_leads_to_line", (await page.locator(".row.picked .t").innerText()).includes("tanh(s)"), "another line");
await page.locator("summary", { hasText: "Without derivative" }).first().click();
check("inactive", (await page.locator("#summary").innerText()).includes("depends on no independent"), "no reason");
if (await page.locator("summary", { hasText: "Computational graph" }).count()) {
    await page.locator("summary", { hasText: "Computational graph" }).first().click();
    check("graph", await page.locator(".graph svg").first().isVisible(), "not shown");
} else
    console.log("PASS report/graph (skipped: there is no dot)");

// light and dark, narrow
const colour = p => p.evaluate(() => getComputedStyle(document.body).backgroundColor);
const light = await colour(page);
await page.locator("#theme").click();
check("theme_button", await colour(page) !== light, light);
const dark = await open(1400, 900, "dark");
check("dark", await colour(dark) !== light, await colour(dark));
await dark.locator("#source .row", { hasText: "for (int i = 0" }).last().click();
detail = await dark.locator("#detail").innerText();
check("fused", detail.includes("fused this loop, n iterations") && detail.includes("independent but for sums"), detail);
await dark.keyboard.press("Escape");
await line(dark, "source", "tanh(w[i] * x[i] + b)").click();
check("fused_forward_and_reverse", (await texts(dark, "#out .forward")).some(t => t.includes("tanh(")) &&
    (await texts(dark, "#out .reverse")).some(t => t.includes("d_w[i] +=")), await texts(dark, "#out .reverse"));
await dark.screenshot({ path: pictures + "/dark.png" });
const narrow = await open(400, 800, "light");
await line(narrow, "source", "next[i] = tanh(s)").click();
check("narrow", await narrow.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than the screen");
await narrow.screenshot({ path: pictures + "/narrow.png" });
check("silent_console", complaints.length === 0, complaints);
await browser.close();
