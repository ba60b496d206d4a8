package io.tallystream.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

/**
 * A browser that is signed in.
 *
 * @param id what the cookie holds
 * @param answer to signing in
 */
record Browser(String id, JsonObject answer) {
    static final String SESSION = "/api/v1/session";
    static final String COOKIE = "tallystream_session";

    static HttpRequest.Builder signInRequest(Api api, String body) {
        return api.bare(SESSION).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    static HttpResponse<String> signInWith(Api api, String field, String secret) throws Exception {
        return api.send(
                signInRequest(api, new JsonObject().put(field, secret).encode()).build());
    }

    static Browser signIn(Api api, String token) throws Exception {
        return of(signInWith(api, "token", token));
    }

    static Browser of(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        String cookie = response.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).startsWith(COOKIE + "=");
        return new Browser(cookie.substring(COOKIE.length() + 1, cookie.indexOf(';')), new JsonObject(response.body()));
    }

    String csrfToken() {
        return answer.getString("csrf_token");
    }

    /** With the cookie. */
    HttpRequest.Builder request(Api api, String path) {
        return api.bare(path).header("Cookie", COOKIE + "=" + id);
    }

    HttpResponse<String> get(Api api, String path) throws Exception {
        return api.send(request(api, path).build());
    }

    HttpResponse<String> signOut(Api api) throws Exception {
        return api.send(request(api, SESSION)
                .header("X-CSRF-Token", csrfToken())
                .DELETE()
                .build());
    }
}
