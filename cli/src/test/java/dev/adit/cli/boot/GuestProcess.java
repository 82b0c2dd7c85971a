package dev.adit.cli.boot;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link WorkingGuest} and what it has said. */
public final class GuestProcess implements AutoCloseable {
  private final Process process;
  private final Thread listener;
  private final AtomicLong rounds = new AtomicLong();
  private volatile String failure = "";
  private volatile String loss = "";

  private GuestProcess(Process process) {
    this.process = process;
    listener = Thread.ofPlatform().daemon().start(this::listen);
  }

  public static GuestProcess start(List<String> command) throws IOException {
    return new GuestProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("round")) {
          rounds.incrementAndGet();
        } else if (line.startsWith(WorkingGuest.LOST)) {
          loss = line;
        } else {
          failure = line;
        }
      }
    } catch (IOException e) {
      // It was killed in the middle of a word.
    }
  }

  /** {@return how often it has been through all operations with right results} */
  public long rounds() {
    return rounds.get();
  }

  /** {@return how it noticed that the server was gone, or nothing} */
  public String loss() {
    return loss;
  }

  /** {@return what went wrong, or nothing} */
  public String failure() {
    return failure;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it has ended and all that it said is heard. */
  public void await() throws InterruptedException {
    process.waitFor();
    listener.join();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    await();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
