package io.tallystream.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tallystream.embedded.EmbeddedKafka;
import io.tallystream.embedded.junit.WithKafka;
import io.tallystream.schema.event.Event;
import io.tallystream.schema.event.Event.ApiCall;
import io.tallystream.schema.event.Event.Click;
import io.tallystream.schema.event.EventType;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java that docs/api.md has. */
@WithKafka
@Timeout(240)
class ApiPageIT {
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final String EXAMPLE_ADDRESS = "http://gateway.example:8080";
    // What the page leaves to its reader.
    private static final String PROGRAM = """
            import io.tallystream.client.Event;
            import io.tallystream.client.TallystreamClient;
            import java.net.URI;
            import java.time.Duration;

            public final class Sample {
                public static void main(String[] args) throws Exception {
                    String key = args[0];
                    Duration took = Duration.ofMillis(12);
                    %s
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void shouldSendTheEventsThatItShows(EmbeddedKafka kafka) throws Exception {
        List<String> samples = JAVA.matcher(Files.readString(Path.of("..", "docs", "api.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(samples).singleElement().asString().containsOnlyOnce(EXAMPLE_ADDRESS);
        try (EventsSince events = new EventsSince(kafka.bootstrapServers());
                Gateway gateway = new Gateway(kafka.bootstrapServers())) {
            run(PROGRAM.formatted(samples.get(0))
                    .replace(EXAMPLE_ADDRESS, gateway.address().toString()));

            List<Event> sent = events.read();
            assertThat(sent)
                    .extracting(Event::type, Event::userId)
                    .containsExactlyInAnyOrder(tuple(EventType.API_CALL, "u1"), tuple(EventType.CLICK, "u1"));
            assertThat(sent)
                    .filteredOn(ApiCall.class::isInstance)
                    .singleElement()
                    .satisfies(event -> {
                        ApiCall call = (ApiCall) event;
                        assertThat(call.endpoint()).isEqualTo("/orders/{id}");
                        assertThat(call.method()).isEqualTo("GET");
                        assertThat(call.status().toString()).isEqualTo("200");
                        assertThat(call.durationMs()).isEqualTo(12);
                    });
            assertThat(sent)
                    .filteredOn(Click.class::isInstance)
                    .singleElement()
                    .extracting(event -> ((Click) event).productId())
                    .isEqualTo("p1");
        }
    }

    private void run(String program) throws Exception {
        Path source = Files.writeString(folder.resolve("Sample.java"), program);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        assertThat(compiled).as(said.toString()).isTrue();
        try (URLClassLoader classes = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            classes.loadClass("Sample").getMethod("main", String[].class).invoke(null, (Object)
                    new String[] {Gateway.KEY});
        }
    }
}
