package io.tallystream.standalone.demo;

import io.tallystream.schema.event.CallStatus;
import io.tallystream.schema.event.Event;
import java.util.List;
import java.util.Random;

/**
 * Events of a web shop: a few endpoints, products and pages get most of the traffic, each endpoint fails and takes its time in
 * its own way, and some users come far more often than others. The same seed gives the same events. For one thread.
 */
final class TrafficModel {
    private static final int USERS = 5_000;
    private static final int PRODUCTS = 300;
    private static final double LATENCY_SPREAD = 0.6;
    private static final double DWELL_MEDIAN_MS = 15_000;
    private static final double DWELL_SPREAD = 1.0;
    // Of 100 events: what remains are dwell times.
    private static final int CALLS = 70;
    private static final int PAGE_VIEWS = 14;
    private static final int CLICKS = 9;

    private static final List<Endpoint> ENDPOINTS = List.of(
            endpoint("GET", "/api/products/{id}", 0.004, 18),
            endpoint("GET", "/api/search", 0.010, 85),
            endpoint("GET", "/api/cart", 0.003, 12),
            endpoint("GET", "/api/recommendations", 0.015, 140),
            endpoint("POST", "/api/cart/items", 0.012, 30),
            endpoint("GET", "/api/session", 0.002, 5),
            endpoint("GET", "/api/prices", 0.006, 22),
            endpoint("GET", "/api/categories", 0.002, 9),
            endpoint("GET", "/api/categories/{id}", 0.003, 16),
            endpoint("POST", "/api/login", 0.080, 210),
            endpoint("GET", "/api/orders/{id}", 0.005, 35),
            endpoint("POST", "/api/orders", 0.025, 320),
            endpoint("GET", "/api/users/{id}", 0.004, 14),
            endpoint("GET", "/api/stock/{id}", 0.020, 45),
            endpoint("GET", "/api/reviews", 0.006, 55),
            endpoint("POST", "/api/reviews", 0.030, 90),
            endpoint("GET", "/api/weather", 0.050, 400),
            endpoint("GET", "/api/banners", 0.001, 6),
            endpoint("PUT", "/api/cart/items/{id}", 0.010, 28),
            endpoint("DELETE", "/api/cart/items/{id}", 0.008, 20),
            endpoint("POST", "/api/payments", 0.045, 850),
            endpoint("GET", "/api/payments/{id}", 0.006, 60),
            endpoint("GET", "/api/shipping/quotes", 0.035, 270),
            endpoint("POST", "/api/coupons", 0.150, 40),
            endpoint("GET", "/api/addresses", 0.003, 13),
            endpoint("PUT", "/api/addresses/{id}", 0.012, 32),
            endpoint("POST", "/api/logout", 0.001, 8),
            endpoint("GET", "/api/news", 0.004, 25),
            endpoint("POST", "/api/uploads", 0.060, 1_400),
            endpoint("GET", "/api/admin/export", 0.020, 2_600));
    private static final List<String> PAGES = List.of(
            "/",
            "/search",
            "/product",
            "/category",
            "/cart",
            "/offers",
            "/checkout",
            "/account",
            "/orders",
            "/help",
            "/about",
            "/blog",
            "/contact",
            "/terms");
    private static final List<Integer> ERRORS = List.of(500, 404, 400, 401, 503, 429, 403);
    private static final List<Integer> SUCCESSES = List.of(200, 201, 204, 304);

    private final Random random;
    private final Zipf endpoints = new Zipf(ENDPOINTS.size(), 1.0);
    private final Zipf users = new Zipf(USERS, 0.7);
    private final Zipf products = new Zipf(PRODUCTS, 0.9);
    private final Zipf pages = new Zipf(PAGES.size(), 1.1);
    private final Zipf errors = new Zipf(ERRORS.size(), 1.0);
    private final Zipf successes = new Zipf(SUCCESSES.size(), 2.5);

    private record Endpoint(String method, String template, double errorRate, double medianMs) {}

    TrafficModel(long seed) {
        random = new Random(seed);
    }

    /** The next event, without a time: it happens now. */
    Event next(String id) {
        String user = "u" + (users.next(random) + 1);
        int kind = random.nextInt(100);
        if (kind < CALLS) {
            return call(id, user);
        }
        String page = PAGES.get(pages.next(random));
        if (kind < CALLS + PAGE_VIEWS) {
            return new Event.PageView(id, null, user, page);
        }
        if (kind < CALLS + PAGE_VIEWS + CLICKS) {
            return new Event.Click(id, null, user, "p" + (products.next(random) + 1), page);
        }
        return new Event.Dwell(id, null, user, page, logNormal(DWELL_MEDIAN_MS, DWELL_SPREAD));
    }

    /** How many of something happen in a span in which on average so many do. */
    int count(double average) {
        // Near enough to Poisson for averages of a demo, and never slow.
        return (int) Math.max(0, Math.round(average + Math.sqrt(average) * random.nextGaussian()));
    }

    private Event call(String id, String user) {
        Endpoint endpoint = ENDPOINTS.get(endpoints.next(random));
        boolean fails = random.nextDouble() < endpoint.errorRate();
        int code = fails ? ERRORS.get(errors.next(random)) : SUCCESSES.get(successes.next(random));
        return Event.ApiCall.of(endpoint.template(), CallStatus.ofCode(code))
                .with(id, null)
                .withUser(user)
                .withMethod(endpoint.method())
                .withDuration(logNormal(endpoint.medianMs(), LATENCY_SPREAD));
    }

    private long logNormal(double median, double spread) {
        return Math.min(Event.MAX_DURATION_MS, Math.round(median * Math.exp(spread * random.nextGaussian())));
    }

    private static Endpoint endpoint(String method, String template, double errorRate, double medianMs) {
        return new Endpoint(method, template, errorRate, medianMs);
    }
}
