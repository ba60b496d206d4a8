package io.tallystream.query.contract;

import static io.tallystream.query.export.Html.escape;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The contract as a page for people. It asks for nothing but its style sheet, and has neither script nor inline style. */
public final class ApiPage {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    private final JsonNode root;
    private final List<Operation> operations;
    private final StringBuilder html = new StringBuilder();

    /** Of that contract. */
    public ApiPage(ApiContract contract) {
        root = contract.root();
        operations = contract.operations();
    }

    /** The page. */
    public String html() {
        html.setLength(0);
        JsonNode info = root.path("info");
        html.append("""
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width, initial-scale=1">
                  <title>%1$s</title>
                  <link rel="icon" href="data:,">
                  <link rel="stylesheet" href="docs.css">
                </head>
                <body>
                <header><h1>%1$s</h1></header>
                """.formatted(escape(info.path("title").asText())));
        paragraphs(info.path("description").asText());
        html.append("<p>Each path but those of this page and the dashboard needs a key, as <code>Authorization: Bearer"
                + " &lt;key&gt;</code> or <code>X-API-Key: &lt;key&gt;</code>. For programs: <a"
                + " href=\"openapi.yaml\">openapi.yaml</a>, OpenAPI 3.1.</p>\n");
        contents();
        byTag().forEach((tag, ofTag) -> {
            html.append("<section>\n<h2>").append(escape(tag)).append("</h2>\n");
            ofTag.forEach(this::operation);
            html.append("</section>\n");
        });
        return html.append("</body>\n</html>\n").toString();
    }

    private Map<String, List<Operation>> byTag() {
        return operations.stream()
                .collect(Collectors.groupingBy(
                        operation -> node(operation).path("tags").path(0).asText(),
                        LinkedHashMap::new,
                        Collectors.toList()));
    }

    private void contents() {
        html.append("<nav>\n<ul>\n");
        for (Operation operation : operations) {
            html.append("<li><a href=\"#%s\"><code>%s</code></a> %s</li>%n"
                    .formatted(
                            escape(operation.id()),
                            escape(operation.path()),
                            text(node(operation).path("summary").asText())));
        }
        html.append("</ul>\n</nav>\n");
    }

    private void operation(Operation operation) {
        JsonNode node = node(operation);
        html.append("<article id=\"%s\">%n<h3><span class=\"method\">%s</span><code>%s</code>%s</h3>%n"
                .formatted(
                        escape(operation.id()),
                        escape(operation.method()),
                        escape(operation.path()),
                        node.path("deprecated").asBoolean() ? " <span class=\"former\">former name</span>" : ""));
        paragraphs(node.path("summary").asText());
        paragraphs(node.path("description").asText());
        parameters(operation.parameters());
        node.at("/responses/%d/content".formatted(operation.status()))
                .properties()
                .forEach(content -> {
                    html.append("<p>Answers <code>")
                            .append(escape(content.getKey()))
                            .append("</code></p>\n");
                    content.getValue().path("examples").forEach(this::example);
                });
        html.append("</article>\n");
    }

    private void parameters(List<Parameter> parameters) {
        if (parameters.isEmpty()) {
            return;
        }
        html.append("<table>\n<thead><tr><th>parameter</th><th>value</th><th>meaning</th></tr></thead>\n<tbody>\n");
        for (Parameter parameter : parameters) {
            html.append("<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>%n"
                    .formatted(escape(parameter.name()), value(parameter), text(parameter.description())));
        }
        html.append("</tbody>\n</table>\n");
    }

    private static String value(Parameter parameter) {
        String values;
        if (!parameter.choices().isEmpty()) {
            values = parameter.choices().stream()
                    .map(choice -> "<code>" + escape(choice) + "</code>")
                    .collect(Collectors.joining(" "));
        } else if (parameter.type() == Parameter.Type.NUMBER) {
            values = "%d to %d".formatted(parameter.least(), parameter.most());
        } else {
            values = "text";
        }
        String absent = parameter
                .absent()
                .map(text -> "; absent: <code>" + escape(text) + "</code>")
                .orElse("");
        return values + absent + (parameter.required() ? "; required" : "");
    }

    private void example(JsonNode example) {
        JsonNode value = example.path("value");
        html.append("<p class=\"request\"><code>GET %s</code></p>%n<pre>%s</pre>%n"
                .formatted(
                        escape(example.path("x-request").asText()),
                        escape(value.isTextual() ? value.asText() : value.toPrettyString())));
    }

    private JsonNode node(Operation operation) {
        return root.path("paths").path(operation.path()).path(operation.method().toLowerCase(Locale.ROOT));
    }

    private void paragraphs(String markdown) {
        if (!markdown.isBlank()) {
            html.append("<p>")
                    .append(text(markdown.strip()).replace("\n\n", "</p>\n<p>"))
                    .append("</p>\n");
        }
    }

    /** With what stands in backticks as code. */
    private static String text(String markdown) {
        return CODE.matcher(escape(markdown)).replaceAll("<code>$1</code>");
    }
}
