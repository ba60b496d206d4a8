package io.tallystream.processor.ids;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ids in a file, sorted by digest, with what it takes in the heap to look into it seldom and only once: a filter, and the first
 * digest of each page. Never changes. Look-ups by one thread; any number of cursors meanwhile. The file is gone with its
 * {@link #close}, or with the process, however that ends.
 *
 * <p>Read rather than mapped: that is one system call where the filter errs and at a duplicate, and in turn there are no files
 * that stay until the garbage collector comes by, no bound of 2 GB, and no broken disk that ends the process.
 */
final class IdRun {
    private static final Logger LOGGER = LoggerFactory.getLogger(IdRun.class);
    private static final int ENTRY_BYTES = 3 * Long.BYTES;
    private static final int PAGE_ENTRIES = 170;
    /** What a buffer for {@link #contains} takes. */
    static final int PAGE_BYTES = PAGE_ENTRIES * ENTRY_BYTES;

    private static final int IO_BYTES = 16 * PAGE_BYTES;
    private static final AtomicLong FILES = new AtomicLong();

    private final FileChannel file;
    private final IdFilter filter;
    private final long[] fences;
    private final long size;
    private final long oldest;
    private final long newest;
    private final long heapBytes;

    private IdRun(Writer writer) {
        file = writer.file;
        filter = writer.filter;
        fences = writer.fences;
        size = writer.size;
        oldest = writer.oldest;
        newest = writer.newest;
        heapBytes = writer.heapBytes;
    }

    /** What a run for so many ids takes in the heap. */
    static long heapBytesFor(long ids) {
        return IdFilter.bytesFor(ids) + (ids / PAGE_ENTRIES + 1) * Long.BYTES;
    }

    /**
     * Whether the id was appended from one time to another, both included.
     *
     * @param page of {@link #PAGE_BYTES}, to be overwritten
     */
    boolean contains(long high, long low, long from, long to, ByteBuffer page) throws IOException {
        return newest >= from && oldest <= to && filter.mayContain(high, low) && isInFile(high, low, from, to, page);
    }

    long size() {
        return size;
    }

    long heapBytes() {
        return heapBytes;
    }

    /** Goes over all; good until {@link #close}. */
    IdCursor cursor() {
        return new Cursor();
    }

    /** Gives back the file, soon. There must not be a cursor any more. */
    void close() {
        // To give back the room of a large file takes a while.
        IdWorker.execute(0, () -> {
            try {
                file.close();
            } catch (IOException e) {
                LOGGER.warn("cannot close a file of ids; its room on the disk is lost until the process ends", e);
            }
        });
    }

    private boolean isInFile(long high, long low, long from, long to, ByteBuffer page) throws IOException {
        int pages = (int) ((size + PAGE_ENTRIES - 1) / PAGE_ENTRIES);
        int first = firstPage(high, pages);
        for (int i = first; i < pages && (i == first || Long.compareUnsigned(fences[i], high) <= 0); i++) {
            int entries = (int) Math.min(PAGE_ENTRIES, size - (long) i * PAGE_ENTRIES);
            page.clear().limit(entries * ENTRY_BYTES);
            readFully(page, (long) i * PAGE_BYTES);
            int at = firstNotBefore(high, low, page, entries);
            while (at < entries * ENTRY_BYTES && page.getLong(at) == high && page.getLong(at + Long.BYTES) == low) {
                long append = page.getLong(at + 2 * Long.BYTES);
                if (append >= from && append <= to) {
                    return true;
                }
                at += ENTRY_BYTES;
            }
        }
        return false;
    }

    /** The last page that begins before the digest, since one id may go on over several pages; or the first of all. */
    private int firstPage(long high, int pages) {
        int below = 0;
        int notBelow = pages;
        while (notBelow - below > 1) {
            int middle = (below + notBelow) >>> 1;
            if (Long.compareUnsigned(fences[middle], high) < 0) {
                below = middle;
            } else {
                notBelow = middle;
            }
        }
        return below;
    }

    private static int firstNotBefore(long high, long low, ByteBuffer page, int entries) {
        int from = 0;
        int to = entries;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int at = middle * ENTRY_BYTES;
            if (IdCursor.isBefore(page.getLong(at), page.getLong(at + Long.BYTES), high, low)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from * ENTRY_BYTES;
    }

    private void readFully(ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int read = file.read(buffer, at);
            if (read < 0) {
                throw new IOException("a file of ids ends early, at " + at);
            }
            at += read;
        }
        buffer.flip();
    }

    private final class Cursor implements IdCursor {
        private final ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(IO_BYTES, size * ENTRY_BYTES))
                .limit(0);
        private long position;
        private long high;
        private long low;
        private long append;

        @Override
        public boolean advance() throws IOException {
            if (!buffer.hasRemaining()) {
                long left = size * ENTRY_BYTES - position;
                if (left == 0) {
                    return false;
                }
                buffer.clear().limit((int) Math.min(buffer.capacity(), left));
                readFully(buffer, position);
                position += buffer.limit();
            }
            high = buffer.getLong();
            low = buffer.getLong();
            append = buffer.getLong();
            return true;
        }

        @Override
        public long high() {
            return high;
        }

        @Override
        public long low() {
            return low;
        }

        @Override
        public long append() {
            return append;
        }
    }

    /** Makes one. For one thread. */
    static final class Writer {
        private final FileChannel file;
        private final IdFilter filter;
        private final long[] fences;
        private final long heapBytes;
        private final ByteBuffer buffer;
        private long size;
        private long oldest = Long.MAX_VALUE;
        private long newest = Long.MIN_VALUE;

        /**
         * @param folder that its file is made in
         * @param maxIds how many will be added at most
         */
        Writer(Path folder, long maxIds) throws IOException {
            filter = new IdFilter(maxIds);
            fences = new long[Math.toIntExact(maxIds / PAGE_ENTRIES + 1)];
            heapBytes = heapBytesFor(maxIds);
            buffer = ByteBuffer.allocate((int) Math.min(IO_BYTES, maxIds * ENTRY_BYTES));
            // Where the system can, the file has no name any more as soon as it is open, so that nobody finds it after
            // a crash. Where
            // it cannot, the same names are taken again.
            file = FileChannel.open(
                    folder.resolve("seen-ids-" + FILES.getAndIncrement() + ".tmp"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
        }

        /** Adds an id that does not come before the last one. */
        void add(long high, long low, long append) throws IOException {
            if (size % PAGE_ENTRIES == 0) {
                fences[(int) (size / PAGE_ENTRIES)] = high;
            }
            if (!buffer.hasRemaining()) {
                write();
            }
            buffer.putLong(high).putLong(low).putLong(append);
            filter.add(high, low);
            oldest = Math.min(oldest, append);
            newest = Math.max(newest, append);
            size++;
        }

        /** All that was added. */
        IdRun finish() throws IOException {
            write();
            return new IdRun(this);
        }

        /** Gives back the file, instead of {@link #finish}. */
        void abandon() throws IOException {
            file.close();
        }

        private void write() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            buffer.clear();
        }
    }
}
