package io.tallystream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import io.tallystream.runtime.security.KeyScope;
import io.tallystream.schema.kafka.Topics;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tally.js sends of a page in a real browser, and what of it arrives. */
class TallyScriptBrowserIT extends OneGateway {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    // Where Debian has it.
    private static final Path CHROMIUM = Path.of(System.getProperty("chromium", "/usr/bin/chromium"));
    private static final String HIDE = "state => { Object.defineProperty(document, 'visibilityState',"
            + " { value: state, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }";

    private final TestKeys keys = new TestKeys();
    private final Site shop = new Site(this::html);
    private final Site elsewhere = new Site(this::html);
    private Playwright playwright;
    private Browser browser;
    private BrowserContext context;
    private Page page;

    @Override
    Map<String, String> variables() {
        keys.add("pages", KeyScope.COLLECT, OptionalInt.empty(), Set.of(shop.origin()));
        return Map.of("KEYS_FILE", keys.path());
    }

    @BeforeAll
    void startBrowser() {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new LaunchOptions().setExecutablePath(CHROMIUM).setArgs(List.of("--no-sandbox")));
    }

    @AfterAll
    void stopBrowser() {
        playwright.close();
        shop.close();
        elsewhere.close();
    }

    @BeforeEach
    void openABrowser() {
        context = browser.newContext();
        page = context.newPage();
    }

    @AfterEach
    void closeIt() {
        context.close();
    }

    private String html() {
        return """
                <!doctype html><title>Shop</title>
                <script defer src="%s" data-key="%s" data-user="%s"></script>
                <button data-tally-product="p1"><b id="buy">Buy</b></button> <button id="other">Other</button>
                """.formatted(gateway.uri("/tally.js"), TestKeys.secret("pages"), user);
    }

    @Test
    void shouldSendPageViewClickAndDwellOnceEach() {
        page.navigate(shop.origin() + "/shoes?size=42#top");
        page.click("#buy");
        page.click("#other");
        page.navigate("about:blank");

        List<JsonObject> events = awaitEvents(3);
        assertThat(events)
                .extracting(event -> event.getString("type"))
                .containsExactlyInAnyOrder("page_view", "click", "dwell");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.getString("page")).isEqualTo("/shoes");
            assertThat(event.getString("id")).matches("[0-9a-f]{32}");
        });
        assertThat(ofType(events, "click").get(0).getString("product_id")).isEqualTo("p1");
        assertThat(ofType(events, "dwell").get(0).getLong("duration_ms")).isBetween(1L, PATIENCE.toMillis());
    }

    @Test
    void shouldStoreNothing() {
        page.navigate(shop.origin() + "/");
        page.click("#buy");
        awaitEvents(2);

        assertThat(page.evaluate("() => document.cookie + localStorage.length + sessionStorage.length"))
                .isEqualTo("00");
        assertThat(context.cookies()).isEmpty();
    }

    @Test
    void shouldSumTheTimeForWhichThePageIsSeen() {
        page.navigate(shop.origin() + "/seen");
        page.evaluate(HIDE, "hidden");
        awaitEvents(2);
        Object hiddenAt = page.evaluate("() => performance.now()");
        page.waitForFunction("begin => performance.now() > begin + 300", hiddenAt);
        page.evaluate(HIDE, "visible");
        Object visibleAt = page.evaluate("() => performance.now()");
        page.waitForFunction("begin => performance.now() > begin + 100", visibleAt);
        page.evaluate(HIDE, "hidden");
        page.evaluate(HIDE, "hidden");
        double lived = ((Number) page.evaluate("() => performance.now()")).doubleValue();
        page.navigate("about:blank");

        List<JsonObject> dwells = ofType(awaitEvents(3), "dwell");
        assertThat(dwells).hasSize(2);
        long seen =
                dwells.stream().mapToLong(event -> event.getLong("duration_ms")).sum();
        // All its life but the 300 ms and more in which it was hidden; each is rounded.
        assertThat(seen).isGreaterThan(90).isLessThan((long) lived - 298);
    }

    @Test
    void shouldSendTheSameIdsAgainWhenTheBrowserDoesNotTakeThem() {
        page.addInitScript("const send = navigator.sendBeacon.bind(navigator); let refused = false;"
                + " navigator.sendBeacon = (...beacon) => { const taken = send(...beacon);"
                + " if (refused) return taken; refused = true; return false; };");
        page.navigate(shop.origin() + "/again");
        awaitEvents(1);
        page.navigate("about:blank");

        List<JsonObject> events = awaitEvents(3);
        List<JsonObject> views = ofType(events, "page_view");
        assertThat(views).hasSize(2);
        assertThat(views.get(0).getString("id")).isEqualTo(views.get(1).getString("id"));
    }

    @Test
    void shouldSeePagesThatChangeWithoutBeingLoaded() {
        page.navigate(shop.origin() + "/one");
        page.evaluate("() => { history.pushState({}, '', '/two'); history.pushState({}, '', '/two?again'); }");
        page.click("#buy");
        page.evaluate("() => tally.user('" + user + "-logged-in')");
        page.click("#buy");
        page.navigate("about:blank");

        List<JsonObject> events = awaitEvents(6);
        assertThat(ofType(events, "page_view"))
                .extracting(event -> event.getString("page"))
                .containsExactlyInAnyOrder("/one", "/two");
        assertThat(ofType(events, "dwell"))
                .extracting(event -> event.getString("page"))
                .containsExactlyInAnyOrder("/one", "/two");
        assertThat(ofType(events, "click"))
                .extracting(event -> event.getString("user_id"))
                .containsExactlyInAnyOrder(user, user + "-logged-in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"doNotTrack", "globalPrivacyControl"})
    void shouldRespectThoseWhoDoNotWantToBeCounted(String wish) {
        page.addInitScript("Object.defineProperty(Navigator.prototype, '" + wish + "', { get: () => '" + wish
                + "' === 'doNotTrack' ? '1' : true });");
        page.navigate(shop.origin() + "/");
        page.evaluate("() => tally.user('somebody')");
        page.click("#buy");
        page.navigate("about:blank");

        assertNothingSentBefore();
    }

    @Test
    void shouldLetNothingInFromOtherSites() {
        double refused = gateway.answers(403);
        page.navigate(elsewhere.origin() + "/");
        page.click("#buy");
        page.navigate("about:blank");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(gateway.answers(403)).isGreaterThan(refused));

        assertNothingSentBefore();
    }

    /** What was sent before is there before what is sent now. */
    private void assertNothingSentBefore() {
        String before = user;
        beAnotherUser();
        Page another = context.browser().newContext().newPage();
        another.navigate(shop.origin() + "/marker");
        another.navigate("about:blank");
        awaitEvents(2);
        another.context().close();

        user = before;
        assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs)).isEmpty();
    }

    private List<JsonObject> awaitEvents(int number) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(topics.read(Topics.USER_ACTIONS, this::isOurs))
                        .hasSizeGreaterThanOrEqualTo(number));
        List<JsonObject> events = topics.read(Topics.USER_ACTIONS, this::isOurs).stream()
                .map(record -> new JsonObject(record.value()))
                .toList();
        assertThat(events).hasSize(number);
        return events;
    }

    private static List<JsonObject> ofType(List<JsonObject> events, String type) {
        return events.stream()
                .filter(event -> event.getString("type").equals(type))
                .toList();
    }
}
