package dev.adit.host;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageSink;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.post.PostedDescriptors;
import dev.adit.interrupts.post.PostingHost;
import dev.adit.interrupts.remap.Outcome;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The interrupt side of the host: one remapping unit for all functions that are served, with a
 * posted-interrupt descriptor for each virtual device. What a function sends goes through here;
 * what arrives in a descriptor goes on to the device's guest at once, on the sender's thread.
 */
final class Posts {
  private static final int TABLE_BITS = 15;
  private static final int MOST = 8192;

  private final PostingHost host =
      new PostingHost(new PostingHost.Plan(IsolationLevel.REQUESTER_ID, TABLE_BITS, MOST, 1));
  private final MessageSink sink = host.remapper().observed(this::handled);
  private final LongAdder messages = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private volatile Consumer<Blocked> blocked = each -> {};

  /** {@return where functions send their messages} */
  MessageSink sink() {
    return sink;
  }

  /** {@return who composes messages} */
  MessageDomain domain() {
    return host.domain();
  }

  /** Sets who is told of blocked messages. */
  void blocked(Consumer<Blocked> listener) {
    blocked = listener;
  }

  /** {@return messages that came} */
  long messages() {
    return messages.sum();
  }

  /** {@return messages that were blocked} */
  long faults() {
    return faults.sum();
  }

  private void handled(long outcome, int requesterId) {
    messages.increment();
    if (Outcome.isFault(outcome)) {
      faults.increment();
      Outcome read = new Outcome(outcome);
      blocked.accept(new Blocked(read, requesterId, host.owner(read)));
    }
  }

  /**
   * {@return a way to a guest}
   *
   * @throws dev.adit.interrupts.DomainException if there are too many already
   */
  PostedDescriptors.Post open() {
    return host.descriptors().open();
  }
}
