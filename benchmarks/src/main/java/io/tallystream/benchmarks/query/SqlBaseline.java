package io.tallystream.benchmarks.query;

import io.tallystream.benchmarks.MissingToolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A PostgreSQL of its own with one row for each call, in two tables: with no index but the primary key, and with indexes for
 * what is asked. Needs Debian's package. For one thread.
 */
final class SqlBaseline {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final String SERVER_USER = "postgres";
    private static final Pattern TIME = Pattern.compile("Time: ([0-9.]+) ms");

    private final Path programs;
    private final Path folder;
    private final Thread hook = new Thread(this::stopAtEnd, "end-postgresql");

    /** Where it looks. */
    enum Table {
        /** Nothing but a primary key. */
        PLAIN("public"),
        /** Indexes that the questions of the benchmark want. */
        INDEXED("indexed");

        private final String schema;

        Table(String schema) {
            this.schema = schema;
        }
    }

    private SqlBaseline(Path programs, Path folder) {
        this.programs = programs;
        this.folder = folder;
    }

    /** The folder of PostgreSQL's programs. */
    static Path programs() throws IOException, MissingToolException {
        if (Files.isDirectory(VERSIONS)) {
            try (Stream<Path> versions = Files.list(VERSIONS)) {
                Optional<Path> newest = versions.map(version -> version.resolve("bin"))
                        .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                        .max(Path::compareTo);
                if (newest.isPresent()) {
                    return newest.get();
                }
            }
        }
        throw new MissingToolException("SQL: PostgreSQL is not installed: apt-get install postgresql");
    }

    /**
     * Starts it and fills it.
     *
     * @param programs see {@link #programs}
     * @param rows calls, spread evenly over that many days up to now, endpoints and users
     */
    static SqlBaseline start(Path programs, int rows, int days, int endpoints, int users)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("query-benchmark-sql");
        SqlBaseline sql = new SqlBaseline(programs, folder);
        if (isRoot()) {
            // It refuses to run as root.
            run(List.of("chown", SERVER_USER, folder.toString()));
        }
        Runtime.getRuntime().addShutdownHook(sql.hook);
        sql.server("initdb", "-D", sql.data(), "-A", "trust", "-U", SERVER_USER, "--no-sync");
        sql.server(
                "pg_ctl",
                "-w",
                "-D",
                sql.data(),
                "-l",
                folder.resolve("log").toString(),
                "-o",
                "-h '' -k %s -c shared_buffers=1GB -c work_mem=64MB -c max_wal_size=8GB".formatted(folder),
                "start");
        try {
            sql.fill(rows, days, endpoints, users);
        } catch (IOException | InterruptedException e) {
            sql.stop();
            throw e;
        }
        return sql;
    }

    private void fill(int rows, int days, int endpoints, int users) throws IOException, InterruptedException {
        query("""
                create table calls (id bigserial primary key, at timestamptz not null, endpoint text not null, status int not null, user_id text not null);
                insert into calls (at, endpoint, status, user_id) select now() - random() * interval '%d days', '%s' || (i %% %d), case when i %% 50 = 0 then 500 else 200 end,
                  '%s' || (i %% %d) from generate_series(1, %d) as i;
                create schema indexed;
                create table indexed.calls as select * from calls;
                alter table indexed.calls add primary key (id);
                create index on indexed.calls (at);
                create index on indexed.calls (endpoint, at);
                vacuum analyze calls;
                vacuum analyze indexed.calls;
                checkpoint;
                """.formatted(days, QueryData.ENDPOINT, endpoints, QueryData.USER, users, rows));
    }

    /** How long a query takes once it has run before, the middle of some times, in milliseconds. */
    double millis(Table table, String query, int times) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder("set search_path = ")
                .append(table.schema)
                .append(";\n")
                .append(query)
                .append(";\n\\timing on\n");
        for (int i = 0; i < times; i++) {
            script.append(query).append(";\n");
        }
        Matcher matcher = TIME.matcher(query(script.toString()));
        List<Double> millis = new ArrayList<>();
        while (matcher.find()) {
            millis.add(Double.valueOf(matcher.group(1)));
        }
        if (millis.size() != times) {
            throw new IOException("psql told %d times for %d queries".formatted(millis.size(), times));
        }
        Collections.sort(millis);
        return millis.get(times / 2);
    }

    private String query(String script) throws IOException, InterruptedException {
        Path file = Files.createTempFile("query-benchmark", ".sql");
        Files.writeString(file, script);
        try {
            return run(List.of(
                    programs.resolve("psql").toString(),
                    "-X",
                    "-q",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-h",
                    folder.toString(),
                    "-U",
                    SERVER_USER,
                    "-f",
                    file.toString()));
        } finally {
            Files.delete(file);
        }
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private void server(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(
                    List.of("setpriv", "--reuid=" + SERVER_USER, "--regid=" + SERVER_USER, "--clear-groups", "--"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("query-benchmark", ".out");
        // To a file: a server that stays would keep a pipe open.
        Process process = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code = process.waitFor();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        if (code != 0) {
            throw new IOException("%s ended with %d: %s".formatted(command.get(0), code, text));
        }
        return text;
    }

    /** Ends it and removes what it has written. */
    void stop() throws IOException, InterruptedException {
        Runtime.getRuntime().removeShutdownHook(hook);
        end();
    }

    private void stopAtEnd() {
        try {
            end();
        } catch (IOException e) {
            // It had not started yet, or nobody is left to be told.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() throws IOException, InterruptedException {
        server("pg_ctl", "-D", data(), "-m", "immediate", "stop");
        run(List.of("rm", "-rf", folder.toString()));
    }
}
