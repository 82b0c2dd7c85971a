package dev.adit.interrupts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A bus that keeps what was sent. */
final class Recorder implements MessageSink {
  record Sent(long address, int data, int requesterId, int pasid) {}

  final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());

  @Override
  public void send(long address, int data, int requesterId, int pasid) {
    sent.add(new Sent(address, data, requesterId, pasid));
  }
}
