package dev.adit.vfiouser;

/** The stream as such, where the thread that serves it never sleeps. */
class SpinningStreamTest extends StreamTest {
  @Override
  EventLoops.Idle idle() {
    return EventLoops.Idle.SPIN;
  }
}
