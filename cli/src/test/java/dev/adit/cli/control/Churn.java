package dev.adit.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.devices.RefusedException;
import dev.adit.host.control.ControlClient;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Defines, starts, stops and forgets devices without pause, and keeps in mind what the server has
 * confirmed: that must hold when the server is killed. What it was doing at that moment may have
 * been done or not.
 */
final class Churn implements AutoCloseable {
  private static final int NAMES = 6;

  private final Path control;
  private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::run);
  private final Set<String> defined = new HashSet<>();
  private String unsure = "";
  private String mistake = "";
  private volatile boolean paused = true;
  private volatile boolean losing;
  private boolean closed;
  private int step;

  Churn(Path control) {
    this.control = control;
    thread.start();
  }

  static Map<String, Object> definition(String name, String type, String start) {
    return Map.of(
        "parent", "dsa0", "mdev_type", type, "start", start, "attrs", Map.of("name", name));
  }

  private void run() {
    while (true) {
      synchronized (this) {
        try {
          while (paused && !closed) {
            wait();
          }
        } catch (InterruptedException e) {
          return;
        }
        if (closed) {
          return;
        }
        step();
      }
    }
  }

  /** One device through all its states, or as far as the server lives. */
  private void step() {
    String name = "scratch" + step++ % NAMES;
    try (ControlClient client = ControlClient.connect(control)) {
      unsure = name;
      if (defined.contains(name)) {
        client.request("vdev.undefine", Map.of("device", name));
        defined.remove(name);
      } else {
        client.request("vdev.define", Map.of("definition", definition(name, "1swq", "manual")));
        defined.add(name);
        client.request("vdev.start", Map.of("device", name));
        client.request("vdev.stop", Map.of("device", name));
      }
      unsure = "";
    } catch (RefusedException e) {
      if (!losing) {
        mistake = e.sentence();
      }
      paused = true;
    }
  }

  /** Goes on. */
  synchronized void resume() {
    losing = false;
    paused = false;
    notifyAll();
  }

  /** Stops after what it is doing; nothing of it is active then, if the server lives. */
  void pause() {
    paused = true;
    synchronized (this) {
      assertThat(mistake).isEmpty();
    }
  }

  /** The server is about to be killed, so a connection that breaks is no mistake. */
  void expectLoss() {
    losing = true;
  }

  /** Compares what the server knows with what it has confirmed, while this pauses. */
  synchronized void compare(Set<String> known) {
    Set<String> expected = new TreeSet<>(defined);
    Set<String> found = new TreeSet<>(known);
    if (!unsure.isEmpty()) {
      expected.remove(unsure);
      found.remove(unsure);
    }
    assertThat(found).isEqualTo(expected);
    if (known.contains(unsure)) {
      defined.add(unsure);
    } else {
      defined.remove(unsure);
    }
    unsure = "";
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
