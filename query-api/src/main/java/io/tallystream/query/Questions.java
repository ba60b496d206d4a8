package io.tallystream.query;

import io.tallystream.query.erasure.Erasures;
import io.tallystream.query.http.Question;
import io.tallystream.query.reconciliation.Reconciliations;
import io.tallystream.query.report.Reports;
import io.tallystream.query.stats.Catalogue;
import io.tallystream.query.stats.DayTable;
import io.tallystream.query.stats.Desk;
import io.tallystream.query.stats.Endpoints;
import io.tallystream.query.stats.Growth;
import io.tallystream.query.stats.Latency;
import io.tallystream.query.stats.Overview;
import io.tallystream.query.stats.Profiles;
import io.tallystream.query.stats.Status;
import io.tallystream.query.stats.StatusBreakdown;
import io.tallystream.query.stats.Top;
import io.tallystream.query.stats.Trend;
import io.tallystream.schema.count.Dimension;
import java.util.HashMap;
import java.util.Map;

/** What answers which operation of the contract. */
final class Questions {
    private Questions() {}

    static Map<String, Question> of(Desk desk, Reports reports, Status status, Erasures erasures) {
        Map<String, Question> questions = new HashMap<>();
        ofStats(desk, questions);
        ofProfiles(desk, questions);
        ofReports(desk, reports, questions);
        questions.put("status", Question.ofJson(any -> status.read()));
        questions.put("eraseUser", Question.ofAsker(erasures::erase));
        return questions;
    }

    private static void ofStats(Desk desk, Map<String, Question> questions) {
        Question overview = Question.ofJson(any -> new Overview(desk).read());
        Trend trend = new Trend(desk);
        Question trends = new Question(trend::read, trend::table);
        Top top = new Top(desk);
        Endpoints endpoints = new Endpoints(desk);
        Growth growth = new Growth(desk);
        Catalogue catalogue = new Catalogue(desk);
        questions.put("overview", overview);
        questions.put("trend", trends);
        questions.put("top", new Question(top::read, top::table));
        questions.put("endpoints", new Question(endpoints::read, endpoints::table));
        questions.put("latency", Question.ofJson(new Latency(desk)::read));
        questions.put("statuses", Question.ofJson(new StatusBreakdown(desk)::read));
        questions.put("day", new Question(null, new DayTable(desk)::table));
        questions.put("growth", new Question(growth::read, growth::table));
        questions.put("dimensions", Question.ofJson(any -> catalogue.read()));
        questions.put("members", Question.ofJson(catalogue::members));
        // The names of the design that Tallystream replaces.
        questions.put("formerOverview", overview);
        questions.put("formerTrend", trends);
    }

    private static void ofProfiles(Desk desk, Map<String, Question> questions) {
        Profiles users = new Profiles(desk, Dimension.USER);
        Profiles products = new Profiles(desk, Dimension.PRODUCT);
        questions.put("users", new Question(users::list, users::table));
        questions.put("user", Question.ofJson(users::read));
        questions.put("userClicks", Question.ofJson(parameters -> users.readClicks(parameters.text("id"))));
        questions.put("products", new Question(products::list, products::table));
        questions.put("product", Question.ofJson(products::read));
        questions.put("productClicks", Question.ofJson(parameters -> products.readClicks(parameters.text("id"))));
        questions.put("formerUserClicks", Question.ofJson(parameters -> users.clicks(parameters.text("id"))));
    }

    private static void ofReports(Desk desk, Reports reports, Map<String, Question> questions) {
        Reconciliations reconciliations = new Reconciliations(desk);
        questions.put("report", new Question(reports::read, reports::table, reports::page));
        questions.put("reports", new Question(reports::list, reports::listTable));
        questions.put("remakeReport", Question.ofJson(reports::remake));
        questions.put("reconciliation", new Question(reconciliations::read, reconciliations::table));
    }
}
