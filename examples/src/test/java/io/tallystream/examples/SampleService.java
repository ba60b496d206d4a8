package io.tallystream.examples;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Principal;
import java.time.Duration;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;

/** A service in a servlet container, with the filter before its endpoints, and the log-in before the filter. */
final class SampleService implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String USER = "X-User";

    private final Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final HttpClient http = HttpClient.newHttpClient();

    private SampleService(CallReporter reporter) throws Exception {
        ServletContextHandler context = new ServletContextHandler();
        add(context, SampleService::logIn);
        add(context, new ApiCallFilter(reporter));
        add(context, "/orders/*", SampleService::order);
        add(context, "/plain/*", (request, response) -> response.setStatus(HttpServletResponse.SC_CREATED));
        add(context, "/broken", (request, response) -> {
            throw new ServletException("on purpose");
        });
        add(context, "/slow", SampleService::slow);
        server.setHandler(context);
        server.start();
    }

    static SampleService start(CallReporter reporter) throws Exception {
        return new SampleService(reporter);
    }

    private interface Endpoint {
        void answer(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException;
    }

    private static void add(ServletContextHandler context, Filter filter) {
        FilterHolder holder = new FilterHolder(filter);
        holder.setAsyncSupported(true);
        context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
    }

    private static void add(ServletContextHandler context, String path, Endpoint endpoint) {
        ServletHolder holder = new ServletHolder(new HttpServlet() {
            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws IOException, ServletException {
                endpoint.answer(request, response);
            }
        });
        holder.setAsyncSupported(true);
        context.addServlet(holder, path);
    }

    /** As Spring Security does: the request that is passed on knows the user. */
    private static void logIn(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String user = ((HttpServletRequest) request).getHeader(USER);
        chain.doFilter(
                new HttpServletRequestWrapper((HttpServletRequest) request) {
                    @Override
                    public Principal getUserPrincipal() {
                        return user == null ? null : () -> user;
                    }
                },
                response);
    }

    /** As Spring's dispatcher does for {@code @GetMapping("/orders/{id}")}. */
    private static void order(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setAttribute("org.springframework.web.servlet.HandlerMapping.bestMatchingPattern", "/orders/{id}");
        if (request.getPathInfo().equals("/none")) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    /** Answers from another thread, after it has returned, and is dispatched once more before. */
    private static void slow(HttpServletRequest request, HttpServletResponse response) {
        AsyncContext first = request.startAsync();
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
            first.start(first::dispatch);
        } else {
            first.start(() -> {
                response.setStatus(HttpServletResponse.SC_ACCEPTED);
                first.complete();
            });
        }
    }

    /** Calls it and returns the answer's status; as nobody where the user is null. */
    int call(String method, String path, String user) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.getURI().resolve(path))
                .timeout(PATIENCE)
                .method(method, BodyPublishers.noBody());
        if (user != null) {
            request.header(USER, user);
        }
        return http.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
    }
}
