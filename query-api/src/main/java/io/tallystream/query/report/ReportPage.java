package io.tallystream.query.report;

import static io.tallystream.query.export.Html.escape;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A report as a page to print. It asks for nothing but its style sheet, and has neither script nor inline style. */
final class ReportPage {
    private static final double HUNDRED = 100;
    private static final Map<String, String> TOTALS = names();

    private final JsonObject report;
    private final StringBuilder html = new StringBuilder();

    ReportPage(JsonObject report) {
        this.report = report;
    }

    private static Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("total_calls", "API calls");
        names.put("clicks", "Clicks");
        names.put("page_views", "Page views");
        names.put("active_users", "Active users");
        names.put("new_users", "New users");
        return names;
    }

    String html() {
        html.setLength(0);
        html.append("""
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width, initial-scale=1">
                  <title>Daily report %1$s</title>
                  <link rel="icon" href="data:,">
                  <link rel="stylesheet" href="../../../../report.css">
                </head>
                <body>
                <h1>Daily report <time>%1$s</time></h1>
                <p class="about">%2$s</p>
                """.formatted(escape(report.getString("date")), escape(about())));
        totals();
        busiestHour();
        breakdown("Calls by status", "Status", report.getJsonObject("status_breakdown"));
        breakdown("Calls by endpoint", "Endpoint", report.getJsonObject("api_breakdown"));
        products(report.getJsonArray("top_products"));
        return html.append("</body>\n</html>\n").toString();
    }

    private String about() {
        Boolean reconciled = report.getBoolean("reconciled");
        return "%s. Revision %d, made %s; %s. %s"
                .formatted(
                        report.getString("time_zone"),
                        report.getInteger("revision"),
                        report.getString("generated_at"),
                        report.getBoolean("final") ? "final" : "the day can still change",
                        reconciled == null ? "" : reconciled ? "The books balance." : "The books do not balance.");
    }

    private void totals() {
        JsonObject compared = report.getJsonObject("compared_with");
        JsonObject dayBefore = compared.getJsonObject("day_before");
        JsonObject sameWeekday = compared.getJsonObject("same_weekday");
        html.append("<table class=\"totals\">\n<thead><tr><th></th><th>This day</th>");
        head(dayBefore, "Day before");
        head(sameWeekday, "Week before");
        html.append("</tr></thead>\n<tbody>\n");
        TOTALS.forEach((name, title) -> {
            add("<tr><th>%s</th><td>%,d</td>", title, report.getLong(name));
            compared(dayBefore, name);
            compared(sameWeekday, name);
            html.append("</tr>\n");
        });
        html.append("<tr><th>Success rate</th><td>").append(percent(report)).append("</td>");
        rate(dayBefore);
        rate(sameWeekday);
        html.append("</tr>\n</tbody>\n</table>\n");
    }

    private void head(JsonObject other, String title) {
        if (other != null) {
            html.append("<th>%s<br><time>%s</time></th>".formatted(title, escape(other.getString("date"))));
        }
    }

    private void compared(JsonObject other, String name) {
        if (other != null) {
            Double change = other.getJsonObject("change").getDouble(name);
            String told =
                    change == null ? "" : String.format(Locale.ROOT, " <small>%+.1f %%</small>", change * HUNDRED);
            add("<td>%,d%s</td>", other.getLong(name), told);
        }
    }

    private void rate(JsonObject other) {
        if (other != null) {
            html.append("<td>").append(percent(other)).append("</td>");
        }
    }

    private static String percent(JsonObject of) {
        Double rate = of.getDouble("success_rate");
        return rate == null ? "–" : String.format(Locale.ROOT, "%.2f %%", rate * HUNDRED);
    }

    private void busiestHour() {
        JsonObject hour = report.getJsonObject("busiest_hour");
        if (hour != null) {
            add(
                    "<p>Busiest hour: %02d:00 (from <time>%s</time>), %,d calls.</p>%n",
                    hour.getInteger("hour"), escape(hour.getString("start")), hour.getLong("calls"));
        }
    }

    private void breakdown(String title, String column, JsonObject counts) {
        table(title, column, "Calls");
        counts.forEach(entry -> row(entry.getKey(), ((Number) entry.getValue()).longValue()));
        html.append("</tbody>\n</table>\n");
    }

    private void products(JsonArray products) {
        table("Most clicked products", "Product", "Clicks");
        for (int i = 0; i < products.size(); i++) {
            JsonObject product = products.getJsonObject(i);
            row(product.getString("product_id"), product.getLong("clicks"));
        }
        html.append("</tbody>\n</table>\n");
    }

    private void table(String title, String column, String counts) {
        html.append("<h2>%s</h2>%n<table>%n<thead><tr><th>%s</th><th>%s</th></tr></thead>%n<tbody>%n"
                .formatted(title, column, counts));
    }

    private void row(String name, long count) {
        add("<tr><th>%s</th><td>%,d</td></tr>%n", escape(name), count);
    }

    // The same on every server, whatever its language.
    private void add(String format, Object... values) {
        html.append(String.format(Locale.ROOT, format, values));
    }
}
