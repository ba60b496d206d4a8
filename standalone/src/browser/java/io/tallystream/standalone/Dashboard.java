package io.tallystream.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** The dashboard in a tab of its own; takes down what goes wrong there. */
final class Dashboard implements AutoCloseable {
    static final double PATIENCE_MS = 60_000;

    private static final String AXE = axe();
    private static final String LISTEN = "window.violations = []; document.addEventListener('securitypolicyviolation',"
            + " event => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));";

    private final BrowserContext context;
    private final Page page;
    private final String address;
    private final List<String> problems = new ArrayList<>();

    /** Opens no page yet. */
    Dashboard(Browser browser, String address, Browser.NewContextOptions options) {
        this.address = address;
        context = browser.newContext(options.setLocale("en-GB").setAcceptDownloads(true));
        context.setDefaultTimeout(PATIENCE_MS);
        context.addInitScript(LISTEN);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                problems.add(message.text());
            }
        });
        page.onPageError(problems::add);
        page.onDialog(dialog -> {
            problems.add("a dialog: " + dialog.message());
            dialog.dismiss();
        });
    }

    Dashboard(Browser browser, String address) {
        this(browser, address, new Browser.NewContextOptions().setViewportSize(1280, 900));
    }

    Page page() {
        return page;
    }

    String address() {
        return address;
    }

    /** Signs in through the form. What the browser says of not being signed in is no problem. */
    Dashboard signIn(String token) {
        page.navigate(address);
        page.fill("#token", token);
        page.click("form button");
        awaitState("live");
        problems.clear();
        return this;
    }

    /** Opens what the part of the address behind # says, such as /apis?compare=week, and waits until it is all there. */
    Dashboard open(String place) {
        page.navigate(address + "#" + place);
        awaitView();
        return this;
    }

    void awaitView() {
        // What was shown before stays until then.
        Awaitility.await()
                .pollInSameThread()
                .atMost(Duration.ofMillis((long) PATIENCE_MS))
                .until(() -> (Boolean)
                        page.evaluate("() => document.querySelector('#content')?.dataset.shown === location.hash"));
        assertThat(page.locator(".ghost")).hasCount(0, patience());
        // Each chart that is to be seen has been drawn.
        assertThat(page.locator(".chart:visible:not([data-drawn])")).hasCount(0, patience());
        assertThat(page.locator("#content .panel, #content .tiles").first()).isVisible(visible());
    }

    void awaitState(String state) {
        assertThat(page.locator(".pulse[data-state=" + state + "]")).isVisible(visible());
    }

    void awaitFigure(String id, String value) {
        assertThat(page.locator("#figure-" + id))
                .hasText(value, new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MS));
    }

    Locator locator(String selector) {
        return page.locator(selector);
    }

    /** That nothing has gone wrong so far, by the console and by the policy. */
    void assertNoProblems() {
        assertThat(problems).isEmpty();
        assertThat((List<?>) page.evaluate("() => window.violations")).isEmpty();
    }

    /** That nothing is wider than the window, once charts have followed its new size. */
    void assertFits() {
        Awaitility.await()
                .pollInSameThread()
                .untilAsserted(() -> assertThat((Integer)
                                page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))
                        .as(page.url())
                        .isLessThanOrEqualTo(0));
    }

    /** That axe finds nothing serious. */
    void assertAccessible() {
        page.evaluate(AXE);
        String found = (String) page.evaluate("async () => JSON.stringify((await axe.run(document)).violations"
                + ".filter(each => each.impact === 'serious' || each.impact === 'critical')"
                + ".map(each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 160)).join(' | ')))");
        assertThat(new JsonArray(found).stream().map(String::valueOf).collect(Collectors.toList()))
                .as(page.url())
                .isEmpty();
    }

    /** The file that a button with that name gives, by lines, the first of which has the names of the columns. */
    List<String> csv(String name) {
        try (InputStream file = page.waitForDownload(() -> page.click("[data-csv='" + name + "']"))
                .createReadStream()) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static LocatorAssertions.IsVisibleOptions visible() {
        return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MS);
    }

    private static LocatorAssertions.HasCountOptions patience() {
        return new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE_MS);
    }

    private static String axe() {
        try (InputStream in = Dashboard.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
