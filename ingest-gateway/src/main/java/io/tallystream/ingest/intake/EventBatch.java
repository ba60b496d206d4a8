package io.tallystream.ingest.intake;

import io.tallystream.schema.event.EventReading.Invalid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What is to be written of the events of one request, and what was decided about the others. For one thread. */
public final class EventBatch {
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private final List<byte[]> assignedIds = new ArrayList<>();

    /**
     * Why one was rejected.
     *
     * @param index its place in the request, from 0
     */
    public record Rejection(int index, Invalid reason) {}

    /** A record for each event that is accepted, in their order. */
    public List<ProducerRecord<byte[], byte[]>> records() {
        return Collections.unmodifiableList(records);
    }

    /** The others, in their order. */
    public List<Rejection> rejections() {
        return Collections.unmodifiableList(rejections);
    }

    /** The ids, in ASCII, that were given to those accepted events that had none, in their order. */
    public List<byte[]> assignedIds() {
        return Collections.unmodifiableList(assignedIds);
    }

    /** How many events there were. */
    public int size() {
        return records.size() + rejections.size();
    }

    void accept(ProducerRecord<byte[], byte[]> event) {
        records.add(event);
    }

    void assigned(byte[] id) {
        assignedIds.add(id);
    }

    void reject(Invalid reason) {
        rejections.add(new Rejection(size(), reason));
    }
}
