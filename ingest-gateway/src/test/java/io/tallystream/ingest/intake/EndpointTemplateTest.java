package io.tallystream.ingest.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTemplateTest {
    @ParameterizedTest
    @CsvSource({
        "/orders/17, /orders/{id}",
        "/orders/17/, /orders/{id}/",
        "17, {id}",
        "/1/2/3, /{id}/{id}/{id}",
        "/users/123e4567-e89b-12d3-a456-426614174000/posts, /users/{id}/posts",
        "/users/123E4567-E89B-12D3-A456-426614174000, /users/{id}",
        "/files/0123456789abcdef, /files/{id}",
        "/files/507f1f77bcf86cd799439011, /files/{id}",
    })
    void shouldPutOneNameForIds(String path, String template) {
        assertThat(make(path)).isEqualTo(template);
    }

    @ParameterizedTest
    @CsvSource({
        "/",
        "//",
        "''",
        "/api/v1/orders",
        "/orders/{id}",
        "/files/0123456789abcde",
        "/deadbeef/face",
        "/users/123e4567-e89b-12d3-a456-42661417400g",
        "/users/123e4567-e89b-12d3-a4564266-14174000",
        "/users/123e4567ae89b-12d3-a456-426614174000",
        "/12a",
        "/-12",
        "/1.5",
        "/\u0661\u0662",
    })
    void shouldLeaveOtherNamesAsTheyAre(String path) {
        assertThat(make(path)).isNull();
    }

    @Test
    void shouldTakePathsOfAnyLength() {
        assertThat(make("/1".repeat(1_000))).isEqualTo("/{id}".repeat(1_000));
    }

    /** Null if it is the path. */
    private static String make(String path) {
        EndpointTemplate template = new EndpointTemplate();
        byte[] bytes = ("xx" + path + "xx").getBytes(StandardCharsets.UTF_8);
        boolean changed = template.make(bytes, 2, bytes.length - 2);
        String made = new String(template.bytes(), 0, template.length(), StandardCharsets.UTF_8);
        if (!changed) {
            assertThat(made).isEqualTo(path);
        }
        return changed ? made : null;
    }
}
