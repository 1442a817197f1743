// The SDK's subscriptions/listen knows no taskIds. This stands between it and the pipe: it adds them to the acknowledgement, and sends notifications/tasks.
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

export class Listens {
    #open = new Map(); // id of a listen → its taskIds
    #pipe;

    transport(pipe) {
        this.#pipe = pipe;
        const outer = {
            start: () => pipe.start(),
            close: () => pipe.close(),
            send: (message, options) => pipe.send(this.#outgoing(message), options),
        };
        pipe.onmessage = (message, extra) => {
            this.#incoming(message);
            outer.onmessage?.(message, extra);
        };
        pipe.onclose = () => outer.onclose?.();
        pipe.onerror = error => outer.onerror?.(error);
        return outer;
    }
    #incoming({ id, method, params }) {
        if (method === 'subscriptions/listen' && params.notifications.taskIds) this.#open.set(id, params.notifications.taskIds);
        if (method === 'notifications/cancelled') this.#open.delete(params.requestId);
    }
    #outgoing(message) {
        const taskIds = this.#open.get(message.params?._meta?.[SUBSCRIPTION]);
        if (message.method !== 'notifications/subscriptions/acknowledged' || !taskIds) return message;
        return { ...message, params: { ...message.params, notifications: { ...message.params.notifications, taskIds } } };
    }
    tell(taskId, task) {
        for (const [id, taskIds] of this.#open)
            if (taskIds.includes(taskId))
                this.#pipe.send({ jsonrpc: '2.0', method: 'notifications/tasks', params: { ...task, _meta: { [SUBSCRIPTION]: id } } });
    }
}
