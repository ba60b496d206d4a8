package io.tallystream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystream.embedded.junit.WithRedis;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@WithRedis
@Timeout(240)
class EmbeddedRedisIT {

    private static final String PASSWORD = "p@ss word+/:#\"ü";

    @TempDir
    private Path folder;

    @AfterEach
    void endWhatFailedTestLeavesBehind() throws Exception {
        RedisProcesses.endLeftOvers(folder.toRealPath().resolve("redis.conf"));
    }

    @Test
    void shouldAnswerCommands(EmbeddedRedis redis) throws Exception {
        try (RedisConnection connection = RedisConnection.to(redis)) {
            assertThat(connection.call("ZADD", "answered", "GT", "7", "member")).isEqualTo(":1");
            assertThat(connection.call("ZSCORE", "answered", "member")).isEqualTo("7");
        }
    }

    @Test
    void shouldRequireThePassword(EmbeddedRedis redis) throws Exception {
        try (RedisConnection stranger = RedisConnection.withoutPassword(redis.port())) {
            assertThat(stranger.call("PING")).startsWith("-NOAUTH");
            assertThat(stranger.call("AUTH", "wrong")).startsWith("-WRONGPASS");
            assertThat(stranger.call("GET", "key")).startsWith("-NOAUTH");
        }
    }

    @Test
    void shouldRefuseScripts(EmbeddedRedis redis) throws Exception {
        try (RedisConnection connection = RedisConnection.to(redis)) {
            assertThat(connection.call("EVAL", "return 1", "0")).startsWith("-NOPERM");
            assertThat(connection.call("SCRIPT", "LOAD", "return 1")).startsWith("-NOPERM");
        }
    }

    @Test
    void shouldRunWithTheSettingsThatKeepData(EmbeddedRedis redis) throws Exception {
        try (RedisConnection connection = RedisConnection.to(redis)) {
            assertThat(connection.setting("appendonly")).isEqualTo("yes");
            assertThat(connection.setting("appendfsync")).isEqualTo("everysec");
            assertThat(connection.setting("maxmemory-policy")).isEqualTo("noeviction");
            assertThat(connection.setting("save")).isEmpty();
            assertThat(connection.setting("bind")).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void shouldKeepDataOverRestartsWithAnyPassword() throws Exception {
        try (EmbeddedRedis first = start(folder)) {
            set(first, "key", "value");
        }

        try (EmbeddedRedis second = start(folder)) {
            assertThat(get(second, "key")).isEqualTo("value");
        }
    }

    @Test
    void shouldBeGoneWhenCloseReturns() {
        EmbeddedRedis redis = start(folder);
        redis.close();
        redis.close();

        assertThat(ProcessHandle.of(redis.pid())).isEmpty();
        assertThat(LoopbackPorts.resolve(redis.port())).isEqualTo(redis.port());
    }

    @Test
    void shouldLeaveNothingSecretInItsFolderAndExtractOnce() throws Exception {
        start(folder).close();
        Path executable = executable();
        FileTime longAgo = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(executable, longAgo);

        start(folder).close();

        assertThat(Files.getLastModifiedTime(executable)).isEqualTo(longAgo);
        Path configFile = folder.resolve("redis.conf");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(configFile)))
                .isEqualTo("rw-------");
        assertThat(configFile).content().doesNotContain("p@ss");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
        }
    }

    @Test
    void shouldReplaceRedisOfKilledJvmAndKeepItsData() throws Exception {
        try (ReadyChild child = ReadyChild.start(Child.class, folder.toString())) {
            child.kill();
            long orphan = Long.parseLong(child.answer());
            assertThat(isRedis(orphan)).as("left over").isTrue();

            try (EmbeddedRedis redis = start(folder)) {
                assertThat(redis.pid()).isNotEqualTo(orphan);
                assertThat(isRedis(orphan)).as("left over").isFalse();
                assertThat(get(redis, "child")).isEqualTo("written");
            }
        }
    }

    @Test
    void shouldNotTouchRedisOfLivingJvm() throws Exception {
        try (ReadyChild child = ReadyChild.start(Child.class, folder.toString())) {
            assertThatThrownBy(() -> start(folder))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessage("data folder " + folder + " is already in use");
            assertThat(isRedis(Long.parseLong(child.answer()))).isTrue();
        }
        start(folder).close();
    }

    @Test
    void shouldNotTouchRedisOfAnotherFolder(@TempDir Path other) throws Exception {
        try (EmbeddedRedis foreign = start(other)) {
            set(foreign, "key", "foreign");
            var config = new EmbeddedRedis.Config(folder, foreign.port(), PASSWORD);

            assertThatThrownBy(() -> EmbeddedRedis.start(config))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessage("port " + foreign.port() + " is already in use");

            start(folder).close();
            assertThat(get(foreign, "key")).isEqualTo("foreign");
        }
    }

    @Test
    void shouldNotTouchAnotherProgramThatWasGivenItsConfigurationFile() throws Exception {
        // A shell that runs the file as its script, and waits for input: its command line is what
        // redis-server's would be.
        Path script = Files.writeString(folder.toRealPath().resolve("redis.conf"), "read line");
        Process shell = new ProcessBuilder("sh", script.toString()).start();
        try {
            start(folder).close();

            assertThat(shell.isAlive()).isTrue();
        } finally {
            shell.destroyForcibly();
        }
    }

    @Test
    void shouldNamePortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, LoopbackPorts.loopback())) {
            var config = new EmbeddedRedis.Config(folder, taken.getLocalPort(), PASSWORD);
            assertThatThrownBy(() -> EmbeddedRedis.start(config))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessage("port " + taken.getLocalPort() + " is already in use");
        }
    }

    @Test
    void shouldNameFolderThatCannotBeWritten() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> start(file))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessage("data folder " + file + " is not writable");
    }

    @Test
    void shouldLoadFileWhoseEndWasLost() throws Exception {
        try (EmbeddedRedis first = start(folder)) {
            set(first, "kept", "value");
            set(first, "cut", "value");
        }
        try (RandomAccessFile aof = new RandomAccessFile(aof().toFile(), "rw")) {
            aof.setLength(aof.length() - 3);
        }

        try (EmbeddedRedis second = start(folder)) {
            assertThat(get(second, "kept")).isEqualTo("value");
            assertThat(get(second, "cut")).isEqualTo("$-1");
        }
    }

    @Test
    void shouldReportWhatRedisSaidWhenItDidNotStart() throws Exception {
        start(folder).close();
        Files.writeString(aof(), "not an append-only file\r\n");

        assertThatThrownBy(() -> start(folder))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessageStartingWith("Redis stopped while starting (exit code 1): ")
                .hasMessageContaining("Bad file format reading the append only file");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
    void shouldNotShareTheProcessGroupThatCtrlCReaches(EmbeddedRedis redis) throws Exception {
        String own = Long.toString(redis.pid());

        assertThat(groupAndSession(redis.pid())).containsExactly(own, own);
        assertThat(groupAndSession(ProcessHandle.current().pid())).doesNotContain(own);
    }

    private static EmbeddedRedis start(Path folder) {
        return EmbeddedRedis.start(new EmbeddedRedis.Config(folder, 0, PASSWORD));
    }

    private static void set(EmbeddedRedis redis, String key, String value) throws IOException {
        try (RedisConnection connection = RedisConnection.to(redis)) {
            assertThat(connection.call("SET", key, value)).isEqualTo("+OK");
        }
    }

    private static String get(EmbeddedRedis redis, String key) throws IOException {
        try (RedisConnection connection = RedisConnection.to(redis)) {
            return connection.call("GET", key);
        }
    }

    private Path aof() {
        return folder.resolve("appendonly.aof");
    }

    private Path executable() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("redis-server"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    // Not isAlive(): where nobody reaps orphans, one stays behind as a zombie, which runs nothing.
    private static boolean isRedis(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().commandLine())
                .filter(line -> line.contains("redis.conf"))
                .isPresent();
    }

    // proc(5): pid (command) state ppid pgrp session ...
    private static List<String> groupAndSession(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
        return List.of(fields[2], fields[3]);
    }

    static final class Child {

        public static void main(String[] arguments) throws Exception {
            try (EmbeddedRedis redis = start(Path.of(arguments[0]))) {
                set(redis, "child", "written");
                ReadyChild.ready(redis.pid());
            }
        }
    }
}
