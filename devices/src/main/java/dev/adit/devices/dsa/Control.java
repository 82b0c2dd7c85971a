package dev.adit.devices.dsa;

import dev.adit.devices.dsa.DeviceControl.State;
import dev.adit.devices.dsa.spec.CommandError;
import java.util.function.BooleanSupplier;

/**
 * What the command register acts on: a device and its queues, whether the queues are its own or
 * lent to it. Calls come with the lock of {@link Commands} held; states may be read at any time.
 *
 * <p>A step that takes time returns what tells that it is over.
 */
interface Control {
  /** {@return the state in GENSTS} */
  State state();

  /** Shows another state. */
  void enter(State next);

  /** {@return what must hold before something is enabled} */
  ConfigCheck check();

  /** Puts the device together as its configuration says; everything has been checked. */
  void enable();

  /** {@return how many queues there are} */
  int queues();

  /** {@return the state of a queue} */
  WorkQueue.State state(int wq);

  /** {@return the configuration that a queue was enabled with} */
  QueueConfig config(int wq);

  /** Enables a queue that has been checked. {@return NONE, or why it could not be done} */
  CommandError enable(int wq);

  /** Lets nobody in any more. {@return what tells that everything that was in is done} */
  BooleanSupplier close(int wq);

  /** {@return what tells that everything that is in the queue now is done} */
  BooleanSupplier drain(int wq);

  /** Discards what is in the queue now. {@return what tells that nobody works on it any more} */
  BooleanSupplier abort(int wq);

  /** Lets nobody in any more and discards. {@return what tells that nobody works on it any more} */
  BooleanSupplier closeAndAbort(int wq);

  /** Discards what a shared queue has of one PASID. {@return what tells that it is done} */
  BooleanSupplier abortPasid(int wq, int pasid);

  /** Ends a queue that is closed and done with. */
  void disabled(int wq);

  /** Ends all queues and takes the device apart. */
  void disabled();

  /** Takes note of a queue's occupancy limit having changed. */
  void limited(int wq);
}
