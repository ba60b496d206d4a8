package io.tallystream.sink;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;

/** A user of a Redis. */
final class TestUser {
    private static final String PASSWORD = "hush";

    private TestUser() {}

    /**
     * Makes it.
     *
     * @param rights on which keys, and to what, as {@code ACL SETUSER} has them, in their order
     * @return how it logs in
     */
    static String add(RedisCommands<String, String> server, String user, String... rights) {
        CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8)
                .add("SETUSER")
                .add(user)
                .add("reset")
                .add("on")
                .add(">" + PASSWORD);
        for (String right : rights) {
            arguments.add(right);
        }
        server.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
        return user + ":" + PASSWORD;
    }
}
