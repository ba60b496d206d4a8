package io.tallystream.examples;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.Principal;
import java.time.Duration;

/**
 * Reports each call of this service when it has been answered. Whatever happens to the report, the caller does not notice.
 *
 * <p>As a bean of Spring Boot it needs nothing else:
 *
 * <pre>{@code
 *     @Bean
 *     CallReporter callReporter() {
 *         return new KafkaCallReporter(Map.of("bootstrap.servers", "kafka:9092"));
 *     }
 *
 *     @Bean
 *     ApiCallFilter apiCallFilter(CallReporter reporter) {
 *         return new ApiCallFilter(reporter);
 *     }
 * }</pre>
 *
 * It is behind Spring Security then: it knows the user who is logged in there, and does not see what is refused there. Elsewhere map
 * it to {@code /*}, with support of asynchronous requests.
 */
public final class ApiCallFilter implements Filter {
    private static final Logger LOGGER = System.getLogger(ApiCallFilter.class.getName());
    // HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE: the template of @GetMapping("/orders/{id}") and the like.
    private static final String SPRING_ROUTE = "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

    private final CallReporter reporter;

    /** @param reporter stays the caller's to close */
    public ApiCallFilter(CallReporter reporter) {
        this.reporter = requireNonNull(reporter, "reporter");
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long begun = System.nanoTime();
        boolean failed = true;
        try {
            chain.doFilter(request, response);
            failed = false;
        } finally {
            if (request instanceof HttpServletRequest asked && response instanceof HttpServletResponse answer) {
                report(asked, answer, begun, failed);
            }
        }
    }

    private void report(HttpServletRequest asked, HttpServletResponse response, long begun, boolean failed) {
        try {
            Answer answer = new Answer(asked, response, begun);
            if (asked.isAsyncStarted()) {
                asked.getAsyncContext().addListener(answer);
            } else {
                answer.report(failed);
            }
        } catch (RuntimeException e) {
            LOGGER.log(Level.ERROR, "a call is not reported", e);
        }
    }

    /** The same for all calls of a route: there is to be a bounded number of endpoints. */
    private static String endpoint(HttpServletRequest asked) {
        return asked.getAttribute(SPRING_ROUTE) instanceof String route
                ? route
                // Without Spring: what the servlet is mapped to, such as /orders/*.
                : asked.getHttpServletMapping().getPattern();
    }

    private static String user(HttpServletRequest asked) {
        Principal principal = asked.getUserPrincipal();
        return principal == null ? null : principal.getName();
    }

    /** Of a call whose handler has returned. Has what the request said, which is not to be asked when it is over. */
    private final class Answer implements AsyncListener {
        private final String endpoint;
        private final String method;
        private final String user;
        private final HttpServletResponse response;
        private final long begun;

        Answer(HttpServletRequest asked, HttpServletResponse response, long begun) {
            endpoint = endpoint(asked);
            method = asked.getMethod();
            user = user(asked);
            this.response = response;
            this.begun = begun;
        }

        void report(boolean failed) {
            // An exception becomes a 500 only further out.
            int status = failed ? HttpServletResponse.SC_INTERNAL_SERVER_ERROR : response.getStatus();
            reporter.report(new Call(endpoint, method, status, Duration.ofNanos(System.nanoTime() - begun), user));
        }

        @Override
        public void onComplete(AsyncEvent event) {
            report(false);
        }

        // Listeners are forgotten when the request goes on asynchronously once more.
        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // Completion follows.
        }

        @Override
        public void onError(AsyncEvent event) {
            // Completion follows.
        }
    }
}
